// A real OpenID provider on loopback, for the tests of sign-in: everybody who comes is the same person, whose
// groups and whose grants the test can change.
//
//   node provider.mjs CLIENT_ID CLIENT_SECRET REDIRECT_URI SUBJECT
//
// prints its issuer once it listens. POST /test/groups (a JSON list) says what the next tokens tell; POST
// /test/revoke takes back what was granted.
import { createServer } from 'node:http';
import { Provider } from 'oidc-provider';

const [clientId, clientSecret, redirectUri, subject] = process.argv.slice(2);
const server = createServer();
await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
const issuer = `http://127.0.0.1:${server.address().port}`;

let groups = [];
let grants = [];
const provider = new Provider(issuer, {
  clients: [{
    client_id: clientId,
    client_secret: clientSecret,
    redirect_uris: [redirectUri],
    grant_types: ['authorization_code', 'refresh_token'],
  }],
  claims: { openid: ['sub', 'acr', 'amr', 'auth_time', 'groups'] },
  conformIdTokenClaims: false,
  features: { devInteractions: { enabled: false } },
  interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
  issueRefreshToken: async () => true,
  rotateRefreshToken: true,
  findAccount: (_, accountId) => ({ accountId, claims: async () => ({ sub: accountId, groups }) }),
  // Who is signed in has agreed to everything that is asked for.
  async loadExistingGrant(ctx) {
    const grant = new ctx.oidc.provider.Grant({ clientId: ctx.oidc.client.clientId, accountId: ctx.oidc.session.accountId });
    grant.addOIDCScope('openid profile');
    grant.addOIDCClaims(['groups']);
    grants.push(await grant.save());
    return grant;
  },
});
const protocol = provider.callback();

async function body(request) {
  const pieces = [];
  for await (const piece of request) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}

server.on('request', async (request, response) => {
  try {
    if (request.url.startsWith('/interaction/')) {
      const login = { accountId: subject, amr: ['pwd', 'mfa'], acr: 'urn:example:strong' };
      await provider.interactionFinished(request, response, { login }, { mergeWithLastSubmission: false });
    } else if (request.url === '/test/groups') {
      groups = JSON.parse(await body(request));
      response.end();
    } else if (request.url === '/test/revoke') {
      for (const grant of grants) {
        await provider.RefreshToken.adapter.revokeByGrantId(grant);
        await (await provider.Grant.find(grant))?.destroy();
      }
      grants = [];
      response.end();
    } else {
      await protocol(request, response);
    }
  } catch (error) {
    console.error(error);
    response.statusCode = 500;
    response.end();
  }
});
console.log(`issuer ${issuer}`);

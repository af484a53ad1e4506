// A receiver of webhooks with the official library.
//
//   node receiver.mjs SECRET [SECRET ...]
//
// prints its host once it listens. POST /1 is verified with the first secret, /2 with the second: 204 when the call is
// genuine, 401 when it is not.
import { createServer } from 'node:http';
import { Webhook } from 'standardwebhooks';

const webhooks = process.argv.slice(2).map((secret) => new Webhook(secret));
const server = createServer(async (request, response) => {
  const pieces = [];
  for await (const piece of request) pieces.push(piece);
  const webhook = webhooks[Number(request.url.slice(1)) - 1];
  try {
    // The body as it came: what is parsed and written anew has another signature.
    const event = webhook.verify(Buffer.concat(pieces).toString(), request.headers);
    response.statusCode = event.data.sequence > 0 ? 204 : 400;
  } catch {
    response.statusCode = 401;
  }
  response.end();
});
server.listen(0, '127.0.0.1', () => console.log(`host 127.0.0.1:${server.address().port}`));

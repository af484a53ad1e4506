// Opens the link of a mail in a real Chromium and answers by clicks, at 360 pixels and without scripts, until the outcome.
// One argument, as JSON: chromium, link, origin (where the link's host is to be found, without TLS), certificate and key of
// that host, output, language. It prints a line of JSON with what the page says once the request is `accepted`, waits for the
// code on standard input, prints what the page says then (`proved`), and at last all `faults`.
import { request } from 'node:http';
import { createServer } from 'node:https';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { chromium } from 'playwright-core';

const asked = JSON.parse(process.argv[2]);
const faults = [];
const say = (what) => console.log(JSON.stringify(what));

// What ends TLS before Relais, as in an installation.
const proxy = createServer({ cert: asked.certificate, key: asked.key }, (inbound, outbound) => {
  const options = { method: inbound.method, headers: inbound.headers };
  const onward = request(`${asked.origin}${inbound.url}`, options, (answer) => {
    outbound.writeHead(answer.statusCode, answer.headers);
    answer.pipe(outbound);
  });
  inbound.pipe(onward);
});
await new Promise((listening) => { proxy.listen(0, '127.0.0.1', listening); });

const browser = await chromium.launch({
  executablePath: asked.chromium,
  args: [
    '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync',
    `--host-resolver-rules=MAP ${new URL(asked.link).hostname} 127.0.0.1:${proxy.address().port}`,
  ],
});
const context = await browser.newContext({
  javaScriptEnabled: false, ignoreHTTPSErrors: true, locale: asked.language, viewport: { width: 360, height: 740 },
});
const page = await context.newPage();
page.setDefaultTimeout(30_000);
let pictures = 0;

async function look(name) {
  pictures += 1;
  await page.screenshot({ path: join(asked.output, `${asked.language}-${pictures}-${name}.png`), fullPage: true });
  const { width, language } = await page.evaluate(() => (
    { width: document.documentElement.scrollWidth, language: document.documentElement.lang }));
  if (width > 360) faults.push(`${name}: ${width} pixels wide`);
  if (language !== asked.language) faults.push(`${name}: it speaks ${language}`);
}

// Unfolds a form of the request, fills it, and sends it.
async function send(form, fill, done) {
  if (!(await form.isVisible())) await page.locator('details', { has: form }).locator('summary').click();
  await fill(form);
  await form.locator('button[type=submit]').click();
  await page.waitForURL(done);
}
const named = (name) => page.locator(`form:has(input[name=form][value=${name}])`);
const choose = (name, choice, done) => send(named(name), (form) => form.locator(`input[value=${choice}]`).check(), done);
const told = () => page.locator('main').innerText();

try {
  await page.goto(asked.link);
  await look('link');
  await page.locator('main form button').click();
  await page.waitForURL('**/requests');
  await look('inbox');
  await page.locator('main ul a').first().click();
  await page.waitForURL('**/requests/ref_*');
  const here = page.url();
  await look('offer');
  await choose('decide', 'acknowledge', '**/*done=acknowledge');
  await look('acknowledged');
  await choose('decide', 'accept', '**/*done=accept');
  await look('accepted');
  say({ accepted: await told() });
  const { value: code } = await createInterface({ input: process.stdin })[Symbol.asyncIterator]().next();
  const proof = page.locator(`form[action$="/code"]`);
  await send(proof, (form) => form.locator('input[name=code]').fill(code), '**/*done=*');
  await look('proved');
  say({ proved: await told() });
  await choose('start', 'now', '**/*done=start');
  // It ends the link, and so this page is the last one, at the address of the form.
  await choose('outcome', 'service_received', here);
  await look('outcome');
} catch (error) {
  await look('fault').catch(() => {});
  faults.push(`${page.url()}: ${error.message}`);
} finally {
  await browser.close();
  proxy.close();
}
say({ faults });
process.exit(0);

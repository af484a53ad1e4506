// Goes the way of a caseworker in a real Chromium: what is looked for, who was found, what the person says, sent. At 360
// pixels, with scripts off, over a network of the second generation; by finger or by keyboard. Prints one line of JSON: how
// many taps it took (keys that choose or press, for a keyboard), how many bytes came, and how often the connection was cut.
// One argument, as JSON: chromium, origin, cookie, output, by, service, and cuts, with which each form is cut off twice:
// before it arrives and after, and sent again by loading the page anew, as a person would.
import net from 'node:net';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const asked = JSON.parse(process.argv[2]);
const server = new URL(asked.origin);

// A wire between browser and server that can be cut: `before` lets nothing through, `after` lets the question through and
// nothing of its answer.
// It stays cut until somebody mends it, because a browser tries again by itself where a connection was used before.
let cut = null;
let isCutOff = false;
let cuts = 0;
const wire = net.createServer((near) => {
  const far = net.connect(Number(server.port), server.hostname);
  const end = () => { near.destroy(); far.destroy(); };
  near.on('data', (bytes) => {
    const isForm = bytes.subarray(0, 5).toString('latin1') === 'POST ';
    if (isForm && cut === 'before') { isCutOff = true; end(); return; }
    if (isForm && cut === 'after') { isCutOff = true; far.removeAllListeners('data'); far.once('data', end); }
    far.write(bytes);
  });
  far.on('data', (bytes) => near.write(bytes));
  for (const side of [near, far]) { side.on('error', end); side.on('close', end); }
});
await new Promise((resolve) => { wire.listen(0, '127.0.0.1', resolve); });
const origin = `http://127.0.0.1:${wire.address().port}`;

const browser = await chromium.launch({
  executablePath: asked.chromium,
  args: [
    '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync',
  ],
});
const host = origin.replace('http:', 'https:');
const cookies = asked.cookie.split('; ').map((pair) => {
  const [name, value] = pair.split('=');
  return { name, value, url: host, httpOnly: true, secure: true, sameSite: 'Lax' };
});
const context = await browser.newContext({
  javaScriptEnabled: false, viewport: { width: 360, height: 740 }, locale: 'en', hasTouch: true,
});
await context.addCookies(cookies);
const page = await context.newPage();
page.setDefaultTimeout(60_000);
const wiretap = await context.newCDPSession(page);
await wiretap.send('Network.enable');
// 2G as the tools of browsers have it: 250 kbit/s down, 50 up, 300 ms.
await wiretap.send('Network.emulateNetworkConditions', {
  offline: false, latency: 300, downloadThroughput: 250_000 / 8, uploadThroughput: 50_000 / 8,
});
let bytes = 0;
wiretap.on('Network.loadingFinished', ({ encodedDataLength }) => { bytes += encodedDataLength; });

let taps = 0;
const focusOn = async (selector) => {
  // Tabbing is moving, as a finger moves between taps: what chooses or presses is counted.
  for (let pressed = 0; pressed < 300; pressed += 1) {
    const here = await page.evaluate((wanted) => document.activeElement.matches(wanted), selector);
    if (here) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`not reached by keyboard: ${selector}`);
};
const press = async (selector, key) => {
  await focusOn(selector);
  await page.keyboard.press(key);
};
const tick = async (selector) => {
  taps += 1;
  if (asked.by === 'finger') await page.tap(selector); else await tickByKey(selector);
};
// A radio that nobody has chosen is reached as its group: the arrows go to the others, which chooses them.
const tickByKey = async (selector) => {
  const { name, type, value } = await page.evaluate((wanted) => {
    const it = document.querySelector(wanted);
    return { name: it.name, type: it.type, value: it.value };
  }, selector);
  if (type !== 'radio') { await press(selector, 'Space'); return; }
  await focusOn(`input[name="${name}"]`);
  await page.keyboard.press('Space');
  for (let pressed = 0; pressed < 20; pressed += 1) {
    const chosen = await page.evaluate((group) => document.querySelector(`input[name="${group}"]:checked`)?.value, name);
    if (chosen === value) return;
    await page.keyboard.press('ArrowDown');
  }
  throw new Error(`not chosen by keyboard: ${selector}`);
};
const choose = async (selector, value) => {
  // A list takes a tap to open and one to choose.
  taps += 2;
  if (asked.by === 'finger') { await page.selectOption(selector, value); return; }
  await focusOn(selector);
  for (let pressed = 0; pressed < 80; pressed += 1) {
    if (await page.inputValue(selector) === value) return;
    await page.keyboard.press('ArrowDown');
  }
  throw new Error(`not chosen by keyboard: ${selector}`);
};
const pause = (milliseconds) => new Promise((resolve) => { setTimeout(resolve, milliseconds); });
// Does something while the wire is cut, until the form was cut off and the browser has given up.
const without = async (side, how) => {
  cut = side;
  isCutOff = false;
  const doing = how().catch(() => {});
  for (let waited = 0; !isCutOff && waited < 300; waited += 1) await pause(100);
  if (!isCutOff) throw new Error(`nothing was cut off ${side} it arrived, at ${page.url()}`);
  // It is over once the browser says that there was no answer; it may have tried a second time by itself.
  await doing;
  await pause(2_000);
  cuts += 1;
  cut = null;
};
const send = async (selector, leadsTo) => {
  taps += 1;
  const tapped = () => (asked.by === 'finger' ? page.tap(selector) : press(selector, 'Enter'));
  if (asked.cuts) {
    await without('before', tapped);
    // Loading anew sends the form again, with all that was chosen.
    await without('after', () => page.reload());
    await Promise.all([page.waitForURL(leadsTo), page.reload().catch(() => {})]);
  } else {
    await Promise.all([page.waitForURL(leadsTo), tapped()]);
  }
};
const picture = (name) => page.screenshot({ path: join(asked.output, `${asked.by}-${name}.png`), fullPage: true });

try {
  await page.goto(`${origin}/find`);
  await picture('1-find');
  await choose('#need', 'legal.minority_appeal');
  await tick('input[name="age"][value="15_17"]');
  await tick('input[name="gender"][value="woman"]');
  await send('main form button[type="submit"]', /\/find\/./);
  await picture('2-found');
  await send(`button[name="one"][value="${asked.service}"]`, /\/refer\//);
  await picture('3-refer');
  await tick('#explained');
  for (const consequence of await page.$$eval('input[name^="consequence-"]', (all) => all.map((it) => it.id))) {
    await tick(`#${consequence}`);
  }
  await tick('input[name="answer-0"][value="accepted"]');
  await tick('input[name="urgency"][value="normal"]');
  if (await page.$('#capacity')) await tick('#capacity');
  await send('button[name="channel"][value="electronic"]', /\/work\/.*done=(electronic|again)/);
  await picture('4-sent');
} finally {
  await browser.close();
  wire.close();
}
console.log(JSON.stringify({ taps, bytes: Math.round(bytes), cuts }));

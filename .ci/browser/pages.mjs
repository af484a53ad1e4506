// Opens pages in a real Chromium, at 360 pixels and with scripts off (but for axe, which is one), and prints
// one line of JSON: how many pages were looked at, and every fault found. One argument, as JSON: chromium, origin, cookie,
// output, languages, and pages, each with a name, a path, and the most sheets of paper that it may take.
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const asked = JSON.parse(process.argv[2]);
const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const faults = [];
let looked = 0;

// It keeps its profile in a fresh folder, and takes that away.
const browser = await chromium.launch({
  executablePath: asked.chromium,
  args: [
    '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync',
  ],
});
// Cookies of `__Host-` are set over TLS only; a browser sends them to its own machine without it.
const host = asked.origin.replace('http:', 'https:');
const cookies = asked.cookie.split('; ').map((pair) => {
  const [name, value] = pair.split('=');
  return { name, value, url: host, httpOnly: true, secure: true, sameSite: 'Lax' };
});
async function opened(javaScriptEnabled) {
  const context = await browser.newContext({ javaScriptEnabled, viewport: { width: 360, height: 740 } });
  await context.addCookies(cookies);
  return context;
}
const [plain, judging] = [await opened(false), await opened(true)];

// Everything that somebody uses by hand, and can see.
const controls = () => {
  const wanted = 'a[href], button, input:not([type=hidden]), select, textarea, summary';
  const seen = [...document.querySelectorAll(wanted)].filter((it) => it.checkVisibility() && !it.disabled);
  const name = (it) => {
    if (it.type === 'radio') return `radio ${it.name} ${it.form ? [...document.forms].indexOf(it.form) : ''}`;
    return `${it.tagName} ${it.id || it.getAttribute('href') || it.textContent.trim().slice(0, 30)} ${it.form ? [...document.forms].indexOf(it.form) : ''}`;
  };
  const focused = document.activeElement === document.body ? null : name(document.activeElement);
  return { all: [...new Set(seen.map(name))], focused };
};

// Closed parts are looked at as well: what opens is judged as if it were open.
const openAll = () => document.querySelectorAll('details').forEach((it) => { it.open = true; });

async function judge(address, place) {
  const page = await judging.newPage();
  await page.goto(address);
  if (page.url() !== address) faults.push(`${place}: axe was led to ${page.url()}`);
  await page.evaluate(openAll);
  await page.evaluate(axe);
  const found = await page.evaluate(() => window.axe.run(document));
  for (const it of found.violations) {
    faults.push(`${place}: ${it.id}: ${it.nodes.map((node) => node.html).slice(0, 3).join(' | ')}`);
  }
  if (found.passes.length < 10) faults.push(`${place}: axe has looked at little`);
  await page.close();
}

async function check(page, place, sheets) {
  const fault = (text) => faults.push(`${place}: ${text}`);
  await page.evaluate(openAll);
  await page.screenshot({ path: join(asked.output, `${place}.png`), fullPage: true });
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  if (width > 360) fault(`${width} pixels wide`);
  const { all } = await page.evaluate(controls);
  const reached = new Set();
  for (let pressed = 0; pressed < all.length * 2 + 10; pressed += 1) {
    await page.keyboard.press('Tab');
    const { focused } = await page.evaluate(controls);
    if (focused) reached.add(focused);
  }
  for (const it of all) if (!reached.has(it)) fault(`not reached by keyboard: ${it}`);
  if (sheets) {
    const paper = await page.pdf({ format: 'A4', path: join(asked.output, `${place}.pdf`) });
    const count = paper.toString('latin1').match(/\/Type\s*\/Page\b(?!s)/g)?.length ?? 0;
    if (count < 1 || count > sheets) fault(`${count} sheets of paper`);
  }
}

try {
  for (const language of asked.languages) {
    for (const { name, path, sheets } of asked.pages) {
      const page = await plain.newPage();
      const outside = [];
      page.on('request', (request) => {
        if (!request.url().startsWith(asked.origin) && !request.url().startsWith('data:')) outside.push(request.url());
      });
      const address = `${asked.origin}${path}?language=${language}`;
      const answer = await page.goto(address);
      const place = `${name}-${language}`;
      if (answer.status() !== 200) faults.push(`${place}: ${answer.status()}`);
      if (page.url() !== address) faults.push(`${place}: it leads to ${page.url()}`);
      const shown = await page.evaluate(() => document.documentElement.lang);
      if (shown !== language) faults.push(`${place}: it speaks ${shown}`);
      if (outside.length > 0) faults.push(`${place}: asks elsewhere: ${outside.join(' ')}`);
      await check(page, place, sheets);
      await judge(address, place);
      looked += 1;
      await page.close();
    }
  }
} finally {
  await browser.close();
}
console.log(JSON.stringify({ pages: looked, faults }));

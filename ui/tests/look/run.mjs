// Looks at every page in a real browser: pictures, axe-core, widths, the strict CSP, and how long a search takes.
//
//   npm run look [-- FOLDER]    FOLDER: where the pictures go; default out/

import { createServer } from "node:http";
import { mkdirSync, readFileSync } from "node:fs";
import { extname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { build } from "vite";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const DIST = here("../../dist");
const OUT = resolve(process.argv[2] ?? here("../../out"));
const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";

/** What the shell sends with each page. The fake agent needs no connection. */
const CSP =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src ipc: http://ipc.localhost; font-src 'none'";

const LOGON = "1".padStart(32, "0");

/** Every page, and the states of it that look different. */
const SCENES = [
  ["first-use", "first-use", { vault: "unenrolled", unpinned: true }],
  ["first-use-unlocking", "first-use", { vault: "unenrolled" }, async (page) => page.click("text=Continue")],
  [
    "first-use-passphrase",
    "first-use",
    { vault: "unenrolled" },
    async (page) => {
      await page.click("text=Continue");
      for (const field of await page.locator('input[type="password"]').all()) await field.fill("correct horse");
      await page.click("text=Continue");
      await page.locator('input[type="password"]').first().fill("otter lantern quartz violin");
      await page.click("text=Suggest random words");
      await page.waitForSelector(".bars .on");
    },
  ],
  ["first-use-code", "first-use", { vault: "unlocked" }, code],
  [
    "first-use-check",
    "first-use",
    { vault: "unlocked" },
    async (page) => {
      await page.click("text=Later");
      await page.waitForSelector(".card li");
    },
  ],
  [
    "first-use-bulk",
    "first-use",
    { vault: "unlocked", logons: 0 },
    async (page) => {
      await page.click("text=Later");
      await page.click("text=Continue");
    },
  ],
  [
    "first-use-join",
    "first-use",
    { vault: "unenrolled" },
    async (page) => {
      await page.click("text=Join my vault");
      await page.click("text=Ask to join");
      await page.waitForSelector(".words");
    },
  ],
  ["unlock", "unlock", { vault: "locked" }],
  [
    "unlock-wrong",
    "unlock",
    { vault: "locked" },
    async (page) => {
      await page.fill("input", "wrong");
      await page.click("button[type=submit]");
      await page.waitForSelector("[role=alert]");
    },
  ],
  ["logons", "logons", {}],
  ["logons-empty", "logons", { logons: 0 }],
  ["logons-down", "logons", { down: true }],
  ["logons-remove", "logons", {}, async (page) => page.click("section >> text=Remove")],
  ["logons-copy", "logons", {}, async (page) => page.click("section >> text=Copy")],
  ["logons-windows", "logons", {}, async (page) => page.click("section >> text=Fill into")],
  ["logon", "logon", { argument: LOGON }],
  ["logon-add", "logon", { argument: "template:com.sap.gui" }],
  ["logon-refused", "logon", { argument: LOGON, refused: true }],
  ["logon-choose", "logon", {}],
  ["reveal", "reveal", { argument: `${LOGON}/field/password` }],
  [
    "reveal-shown",
    "reveal",
    { argument: `${LOGON}/field/password` },
    async (page) => {
      await page.fill("input", "correct horse");
      await page.click("button[type=submit]");
      await page.waitForSelector(".glyphs");
    },
  ],
  ["chooser-choice", "chooser", { prompt: "choice" }],
  ["chooser-change", "chooser", { prompt: "change" }],
  ["chooser-logon", "chooser", { prompt: "logon" }],
  ["password", "password", {}],
  ["recovery", "recovery", {}],
  ["recovery-call", "recovery", { argument: "recover" }],
  ["recovery-words", "recovery", { argument: "recover" }, async (page) => page.click("text=I have their words")],
  ["recovery-setup", "recovery", { argument: "setup" }, async (page) => page.check("input[type=checkbox]")],
  ["sync", "sync", {}],
  ["sync-offline", "sync", { offline: true }],
  ["sync-unpinned", "sync", { unpinned: true }],
  ["settings", "settings", {}],
  ["settings-primary", "settings", {}, async (page) => page.click("text=Change what opens it")],
  ["settings-renew", "settings", { set: true }, async (page) => page.click("text=Renew its password")],
  ["settings-slot", "settings", {}, async (page) => page.click("text=Add a way in")],
  ["why", "why", {}, async (page) => page.locator("summary").nth(1).click()],
  [
    "why-window",
    "why",
    {},
    async (page) => {
      await page.click("text=Look at a window");
      await page.waitForSelector(".criteria");
    },
  ],
  ["devices", "devices", {}],
  ["devices-approve", "devices", {}, async (page) => page.click("text=Let a machine in")],
  [
    "about",
    "about",
    {},
    async (page) => {
      await page.click("text=Examine");
      await page.waitForSelector("#checks");
    },
  ],
  ["import", "import", {}],
  [
    "import-sealed",
    "import",
    { sealed: true },
    async (page) => {
      await page.click("text=Choose…");
      await page.click("text=Look into it");
      await page.waitForSelector('input[type="password"]');
    },
  ],
  ["import-preview", "import", {}, preview],
  [
    "import-choice",
    "import",
    {},
    async (page) => {
      await preview(page);
      await page.click("[role=option] >> text=FTP");
    },
  ],
  [
    "import-done",
    "import",
    { whole: true },
    async (page) => {
      await preview(page);
      await page.click("main button.primary");
      await page.waitForSelector("#outcomes");
    },
  ],
  ["recorder", "recorder", {}],
  ["recorder-draft", "recorder", {}, draft],
  [
    "recorder-tested",
    "recorder",
    {},
    async (page) => {
      await draft(page);
      await page.click("text=Test now");
      await page.waitForSelector("#judged");
    },
  ],
  ["publish", "publish", { directory: true }],
  ["publish-plan", "publish", {}, plan],
  [
    "publish-ldif",
    "publish",
    {},
    async (page) => {
      await plan(page);
      await page.click("[role=tab] >> text=LDIF");
    },
  ],
  [
    "publish-apply",
    "publish",
    {},
    async (page) => {
      await plan(page);
      await page.click("text=Publish this");
    },
  ],
  ["helpdesk", "helpdesk", { directory: true }],
  ["helpdesk-person", "helpdesk", {}, person],
  [
    "helpdesk-check",
    "helpdesk",
    {},
    async (page) => {
      await person(page);
      await page.click("section button.primary");
    },
  ],
  ["helpdesk-sealed", "helpdesk", {}, sealed],
  [
    "helpdesk-words",
    "helpdesk",
    {},
    async (page) => {
      await sealed(page);
      await page.click("text=It is the caller");
      await page.waitForSelector(".words");
    },
  ],
  ["shortcuts", "logons", {}, async (page) => page.keyboard.press("?")],
];

async function preview(page) {
  await page.fill("main input", "/home/anna/export.csv");
  await page.click("text=Look into it");
  await page.waitForSelector("[role=option]");
}

async function draft(page) {
  await page.click("text=Take this window");
  await page.waitForSelector("#controls");
}

async function plan(page) {
  const fields = await page.locator("main form input").all();
  await fields[0].fill("/srv/countersign/sales");
  await fields[1].fill("Sales/Berlin");
  await page.click("text=Show what would change");
  await page.waitForSelector("#plan");
}

async function person(page) {
  await page.fill("main input", "carla.novak");
  await page.click("main button.primary");
  await page.waitForSelector("#person");
}

async function sealed(page) {
  await person(page);
  await page.click("section button.primary");
  await page.check("input[type=checkbox]");
  await page.locator("main form input").nth(1).fill("called back, ticket 4711");
  await page.click("main button.primary");
  const fields = await page.locator("main form input").all();
  await fields[0].fill("otter lantern quartz");
  await fields[1].fill("/home/anna/desk-1.key");
  await fields[2].fill("a passphrase");
  await page.click("main button.primary");
  await page.waitForSelector("#sealed");
}

async function code(page) {
  await page.fill("input", "correct horse");
  await page.click("text=Make the code");
  await page.waitForSelector(".words");
}

/** How a page is looked at. 200 % is half the room at twice the size. */
const LOOKS = [
  { name: "light", width: 1000, height: 720, colorScheme: "light", axe: true },
  { name: "dark", width: 1000, height: 720, colorScheme: "dark", axe: true },
  { name: "narrow", width: 320, height: 640, colorScheme: "light", axe: true },
  { name: "zoomed", width: 500, height: 360, deviceScaleFactor: 2, colorScheme: "light", axe: true },
  { name: "forced", width: 1000, height: 720, colorScheme: "light", forcedColors: "active" },
];

const TYPES = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml" };

function serve() {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url, "http://localhost");
    try {
      const body = readFileSync(join(DIST, pathname));
      response.writeHead(200, { "content-type": TYPES[extname(pathname)] ?? "text/plain", "content-security-policy": CSP });
      response.end(body);
    } catch {
      response.writeHead(pathname === "/favicon.ico" ? 204 : 404).end();
    }
  });
  return new Promise((done) => server.listen(0, "127.0.0.1", () => done(server)));
}

async function fakeAgent() {
  const built = await build({
    root: here("../.."),
    configFile: false,
    logLevel: "silent",
    build: { write: false, lib: { entry: here("../fake/browser.ts"), formats: ["iife"], name: "fake" } },
  });
  return built[0].output[0].code;
}

async function searchTimes(browser, origin, script) {
  const context = await browser.newContext({ viewport: { width: 1000, height: 720 } });
  await context.addInitScript({ content: script });
  const page = await context.newPage();
  const opened = performance.now();
  await page.goto(`${origin}/logons.html?scene=${encodeURIComponent(JSON.stringify({ logons: 10_000 }))}`);
  await page.waitForSelector("[role=option]");
  const usable = performance.now() - opened;
  const times = await page.evaluate(async () => {
    const input = document.querySelector("input[type=search]");
    const raw = [];
    const best = new Map();
    const painted = () => new Promise((done) => requestAnimationFrame(() => { const channel = new MessageChannel(); channel.port1.onmessage = done; channel.port2.postMessage(null); }));
    for (let round = 0; round < 5; round += 1) {
      for (const word of ["harbour payroll", "ticket 42", "user99", "sap", "nothing there"]) {
        for (let end = 1; end <= word.length; end += 1) {
          await painted();
          const begun = performance.now();
          input.value = word.slice(0, end);
          input.dispatchEvent(new Event("input", { bubbles: true }));
          // The rows are in the document once what Svelte has put off is done.
          await Promise.resolve();
          await new Promise((done) => queueMicrotask(done));
          document.querySelector("[role=listbox]").getBoundingClientRect();
          const taken = performance.now() - begun;
          raw.push(taken);
          best.set(input.value, Math.min(taken, best.get(input.value) ?? Infinity));
        }
      }
    }
    const ascending = (times) => [...times].sort((a, b) => a - b);
    return { raw: ascending(raw), best: ascending(best.values()) };
  });
  await context.close();
  const at = (taken, share) => taken[Math.min(taken.length - 1, Math.floor(taken.length * share))].toFixed(1);
  const figures = (taken) => `n ${taken.length}, median ${at(taken, 0.5)}, p95 ${at(taken, 0.95)}, worst ${at(taken, 1)}`;
  return { usable: usable.toFixed(0), "every keystroke": figures(times.raw), "best of five": figures(times.best) };
}

const only = process.env.ONLY?.split(",");
const looks = process.env.LOOKS?.split(",");
const scenes = only ? SCENES.filter(([name]) => only.some((begun) => name.startsWith(begun))) : SCENES;
const axeSource = readFileSync(here("../../node_modules/axe-core/axe.min.js"), "utf8");
const script = await fakeAgent();
const server = await serve();
const origin = `http://127.0.0.1:${server.address().port}`;
const browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
const faults = [];
let judged = 0;
mkdirSync(OUT, { recursive: true });

for (const { name: look, axe, width, height, ...options } of LOOKS) {
  const context = await browser.newContext({ viewport: { width, height }, reducedMotion: "reduce", locale: process.env.LOOK_LANGUAGE ?? "en", ...options });
  await context.addInitScript({ content: script });
  for (const [name, pageName, scene, act] of scenes) {
    if (looks && !looks.includes(look)) continue;
    const page = await context.newPage();
    page.on("console", (message) => message.type() === "error" && faults.push(`${name} ${look}: ${message.text()}`));
    page.on("pageerror", (error) => faults.push(`${name} ${look}: ${error.message}`));
    page.setDefaultTimeout(5000);
    try {
      await page.goto(`${origin}/${pageName}.html?scene=${encodeURIComponent(JSON.stringify(scene))}`);
      await page.waitForSelector("main h1");
      await page.waitForTimeout(120);
      if (act && !process.env.LOOK_LANGUAGE) await act(page);
      await page.waitForTimeout(150);
    } catch (error) {
      faults.push(`${name} ${look}: ${error.message.split("\n")[0]}`);
    }
    const surplus = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    if (surplus > 0) faults.push(`${name} ${look}: ${surplus} px too wide`);
    if (axe) {
      await page.evaluate(axeSource);
      const { violations } = await page.evaluate(() => window.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }));
      judged += 1;
      for (const { id, nodes } of violations) faults.push(`${name} ${look}: axe ${id}: ${nodes.map((node) => node.html.slice(0, 160)).join(" | ")}`);
    }
    await page.screenshot({ path: join(OUT, `${name}-${look}.png`), fullPage: true });
    await page.close();
  }
  await context.close();
}

if (!only || only.includes("search")) console.log("search with 10,000 logons, keystroke to rows in the document (ms):", await searchTimes(browser, origin, script));
await browser.close();
server.close();
console.log(`${scenes.length} scenes, ${LOOKS.length} looks, ${judged} judged by axe-core; pictures in ${OUT}`);
for (const fault of faults) console.error(fault);
process.exit(faults.length === 0 ? 0 : 1);

import { expect, test, vi } from "vitest";
import { MADE, PASSWORD, SECRET } from "./fake/agent";
import { CODE, HALF, id, LOGONS, PLAN } from "./fake/model";
import { button, field, press, said, settle, show, type } from "./fake/page";

const requests = (agent: Awaited<ReturnType<typeof show>>): string[] => agent.asked.map(({ command }) => command);

test("a wrong password says so and waits; the right one closes the window", async () => {
  const agent = await show("unlock", { vault: "locked" });
  await type("Your login password", "wrong");
  await press("Unlock");
  expect(said()).toContain("that is not right");
  expect(said()).toContain("The next attempt is taken in one second");
  expect(field("Your login password").value).toBe("");
  await type("Your login password", PASSWORD);
  expect(button("Unlock").disabled).toBe(true);
  await settle(1300);
  expect(button("Unlock").disabled).toBe(false);
  await press("Unlock");
  expect(agent.closed).toBe(true);
});

test("names with markup and of other directions are text", async () => {
  await show("logons");
  expect(document.querySelector("script")).toBeNull();
  expect(said()).toContain("Kundenserver <script>alert(1)</script>");
  expect([...document.querySelectorAll("bdi")].some((isolated) => isolated.textContent === "חשבון ראשי")).toBe(true);
});

test("typing anywhere searches, and Enter edits what was found", async () => {
  const agent = await show("logons");
  for (const key of "vpn") document.body.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
  await settle(80);
  const search = document.querySelector<HTMLInputElement>("input[type=search]");
  expect(search?.value).toBe("vpn");
  expect(document.querySelectorAll("[role=option]")).toHaveLength(1);
  search?.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true }));
  await settle();
  expect(agent.opened).toEqual([{ page: "logon", argument: id(5) }]);
});

test("? lists the shortcuts, also from the empty search field", async () => {
  await show("logons");
  const search = document.querySelector<HTMLInputElement>("input[type=search]");
  expect(document.activeElement).toBe(search);
  search?.dispatchEvent(new KeyboardEvent("keydown", { key: "?", bubbles: true, cancelable: true }));
  await settle();
  expect(said()).toContain("Keyboard shortcuts");
  await press("Close");
  expect(document.querySelector("dialog")).toBeNull();
});

test("logons are read again when they are others, not whenever something happens", async () => {
  const agent = await show("logons");
  const lists = (): number => requests(agent).filter((command) => command === "logon_list").length;
  expect(lists()).toBe(1);
  agent.change();
  await settle();
  expect(lists()).toBe(1);
  agent.remove(id(5));
  agent.change();
  await settle();
  expect(lists()).toBe(2);
  expect(document.querySelectorAll("[role=option]")).toHaveLength(LOGONS.length - 1);
});

test("of 10,000 logons only those that are seen are in the document", async () => {
  await show("logons", { logons: 10_000 });
  const rows = document.querySelectorAll("[role=option]");
  expect(rows.length).toBeGreaterThan(5);
  expect(rows.length).toBeLessThan(60);
  expect(rows[0]?.getAttribute("aria-setsize")).toBe("10000");
});

test("a logon without a template is explained and cannot be filled", async () => {
  await show("logons");
  const row = [...document.querySelectorAll<HTMLElement>("[role=option]")].find((row) => row.textContent?.includes("Old ledger"));
  row?.click();
  await settle(80);
  expect(said()).toContain("No template is in force for this application.");
  expect(button("Fill").disabled).toBe(true);
});

test("when the agent does not run the page offers to start it, and goes on", async () => {
  const agent = await show("logons", { down: true });
  expect(said()).toContain("Countersign is not running.");
  await press("Start Countersign");
  expect(agent.down).toBe(false);
  expect(said()).toContain("Buchhaltung");
});

test("a locked vault leads to unlocking", async () => {
  const agent = await show("logons", { vault: "locked" });
  document.querySelector<HTMLButtonElement>("main button.primary + *, .notice button")?.click();
  await settle();
  expect(agent.opened).toEqual([{ page: "unlock", argument: null }]);
});

test("a connection lost in the middle of an edit loses nothing that was typed", async () => {
  const agent = await show("logon", { argument: "template:com.sap.gui" });
  await type("User name", "anna");
  await type("Password", SECRET);
  agent.failing = { code: "connection", message: "broken pipe", next: null };
  await press("Save");
  expect(said()).toContain("The connection to the agent was lost.");
  agent.change();
  await settle();
  expect(field("User name").value).toBe("anna");
  expect(field("Password").value).toBe(SECRET);
  await press("Save");
  const saved = agent.asked.at(-1);
  expect(saved).toMatchObject({
    command: "logon_add",
    request: { "logon-add": { template: "com.sap.gui", plain: [{ name: "client", value: "100" }, { name: "username", value: "anna" }], secret_fields: ["password"] } },
    secrets: [SECRET],
  });
  expect(agent.closed).toBe(true);
});

test("a pasted megabyte is refused with the limit, and what was there stays", async () => {
  await show("logon", { argument: "template:com.sap.gui" });
  await type("User name", "anna");
  await type("User name", "x".repeat(1_048_576));
  expect(field("User name").value).toBe("anna");
  expect(said()).toContain("a field takes at most 4 KiB");
});

test("an edit may leave what is stored empty", async () => {
  const agent = await show("logon", { argument: id(2) });
  await type("User name", "anna.berger");
  await press("Save");
  expect(agent.asked.at(-1)).toMatchObject({
    request: { "logon-edit": { id: id(2), label: null, plain: [{ name: "username", value: "anna.berger" }], secret_fields: [] } },
    secrets: [],
  });
  expect(agent.closed).toBe(true);
});

test("what a template needs is asked for before anything is sent", async () => {
  const agent = await show("logon", { argument: "template:com.sap.gui" });
  await press("Save");
  expect(said()).toContain("This is needed.");
  expect(requests(agent)).not.toContain("logon_add");
});

test("Esc asks before it throws away what was typed", async () => {
  const agent = await show("logon", { argument: id(1) });
  await type("User name", "somebody else");
  document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true }));
  await settle();
  expect(agent.closed).toBe(false);
  expect(said()).toContain("Close without saving?");
  await press("Discard");
  expect(agent.closed).toBe(true);
});

test("closing by the title bar asks before it throws away what was typed", async () => {
  const agent = await show("logon", { argument: id(1) });
  await type("User name", "somebody else");
  agent.leave();
  await settle();
  expect(agent.closed).toBe(false);
  await press("Keep editing");
  agent.leave();
  await settle();
  await press("Discard");
  expect(agent.closed).toBe(true);
});

test("a revealed secret is shown by character and goes with the window", async () => {
  const agent = await show("reveal", { argument: `${id(1)}/field/password` });
  await type("Your login password", PASSWORD);
  await press("Reveal");
  const glyphs = [...document.querySelectorAll(".glyphs li")];
  expect(glyphs.map((glyph) => glyph.querySelector("span")?.textContent).join("")).toBe(SECRET.replaceAll(" ", "␣"));
  expect(glyphs[2]?.classList.contains("digit")).toBe(true);
  await press("Hide now");
  expect(agent.closed).toBe(true);
  expect(document.querySelector(".glyphs")).toBeNull();
});

test("after twenty seconds the window closes itself", async () => {
  const agent = await show("reveal", { argument: `${id(1)}/field/password` });
  await type("Your login password", PASSWORD);
  const now = vi.spyOn(performance, "now");
  await press("Reveal");
  now.mockReturnValue(performance.now() + 20_500);
  await settle(400);
  now.mockRestore();
  expect(agent.closed).toBe(true);
});

test("the chooser fills the chosen logon into the window that asks", async () => {
  const agent = await show("chooser", { prompt: "choice" });
  expect(said()).toContain("Which logon for FileZilla?");
  expect(said()).toContain("Site Manager — FileZilla <i>");
  await press("Fill");
  expect(agent.asked.at(-1)?.request).toEqual({ "logon-fill": { id: LOGONS[1]?.id, window: 0x1c00007 } });
  expect(agent.closed).toBe(true);
});

test("not now dismisses the question, never here excludes the application", async () => {
  const first = await show("chooser", { prompt: "logon" });
  await press("Not now");
  expect(first.asked.at(-1)?.request).toEqual({ "prompt-dismiss": { window: 0x1c00007 } });
  await press("Never here");
  expect(first.asked.at(-1)?.request).toEqual({ exclude: { template: "com.sap.gui" } });
});

test("an own password that an exit refuses is told with the exit's words", async () => {
  const agent = await show("chooser", { prompt: "change" });
  document.querySelector<HTMLInputElement>("input[value=own]")?.click();
  await settle();
  await type("New password", "short");
  await type("Once more", "short");
  await press("Change the password");
  expect(said()).toContain("At least 14, please.");
  expect(agent.closed).toBe(false);
});

test("first use makes the vault, has the code written down and goes on where it was left", async () => {
  const agent = await show("first-use", { vault: "unenrolled" });
  await press("Continue");
  await type("Your login password", PASSWORD);
  await type("Once more", PASSWORD);
  await press("Continue");
  await type("Which sentence would only you write?", "otter lantern quartz violin");
  await type("The passphrase once more, from your paper", "otter lantern quartz violin");
  await settle(300);
  await press("Make my vault");
  expect(agent.asked.find(({ command }) => command === "enroll_as")).toMatchObject({
    request: { "enroll-as": { primary: null, unseen: false } },
    secrets: [PASSWORD, "otter lantern quartz violin"],
  });
  await press("Make the code");
  const words = [...document.querySelectorAll(".words li")].map((word) => word.lastChild?.textContent?.trim());
  expect(words.join(" ")).toBe(CODE);
  await press("I have it on paper");
  const asked = [...document.querySelectorAll("label")].map((label) => Number(/\d+/u.exec(label.textContent ?? "")?.[0]));
  for (const number of asked) await type(`Word ⁨${number}⁩`, "wrong");
  await press("Check");
  expect(said()).toContain("That is not what was shown.");
  for (const number of asked) await type(`Word ⁨${number}⁩`, words[number - 1] ?? "");
  await press("Check");
  expect(said()).toContain("things to look at");
  expect(localStorage.getItem("countersign-first-use")).toBe("check");
});

test("did it work: the answer is told to the agent", async () => {
  const agent = await show("password", { argument: id(3) });
  expect(said()).toContain("Did the new password work?");
  await press("It did not");
  expect(agent.asked.find(({ command }) => command === "password_settle")?.request).toEqual({ "password-settle": { id: id(3), verdict: "not-taken" } });
});

test("recovery wants exactly as many words as are read out", async () => {
  await show("recovery", { argument: "recover" });
  expect(said()).toContain("otter lantern quartz");
  await press("I have their words");
  await type("The helpdesk’s ⁨8⁩ words", "one two three");
  expect(button("Continue").disabled).toBe(true);
  await type("The helpdesk’s ⁨8⁩ words", "one two three four five six seven eight");
  expect(button("Continue").disabled).toBe(false);
});

test("a locked setting says whom to ask", async () => {
  await show("settings");
  expect(said()).toContain("Set by your organisation for your unit: ask your administrator or the helpdesk.");
});

test("being offline is no alarm", async () => {
  await show("sync", { offline: true });
  expect(said()).toContain("That is all right");
  expect(document.querySelector("[role=alert]")).toBeNull();
  expect(said()).toContain("ou=Sales/template org.example.Travel:14:9");
});

test("a machine is taken off only by its owner", async () => {
  const agent = await show("devices");
  await press("Take off");
  await type("Your login password", "wrong");
  document.querySelector<HTMLButtonElement>("dialog button[type=submit]")?.click();
  await settle();
  expect(said()).toContain("that is not right");
  await type("Your login password", PASSWORD);
  document.querySelector<HTMLButtonElement>("dialog button[type=submit]")?.click();
  await settle();
  expect(agent.asked.some(({ request }) => JSON.stringify(request) === JSON.stringify({ "device-revoke": { id: id(0xb2) } }))).toBe(true);
  expect(document.querySelector("dialog")).toBeNull();
});

test("no page asks the agent for a secret by itself", async () => {
  const agent = await show("logons");
  expect(agent.asked.every(({ secrets }) => secrets.length === 0)).toBe(true);
});

test("a copied secret says when it is taken off the clipboard", async () => {
  const agent = await show("logons");
  await settle(80);
  await press("Copy");
  await type("Your login password", PASSWORD);
  document.querySelector<HTMLButtonElement>("dialog button[type=submit]")?.click();
  await settle();
  expect(agent.asked.at(-1)).toMatchObject({ request: { "logon-copy": { field: "password" } }, secrets: [PASSWORD] });
  expect(said()).toContain("It is taken off again in 20 seconds.");
  expect(document.querySelector("dialog")).toBeNull();
});

test("what could be revealed can be copied instead, and is not shown", async () => {
  const agent = await show("reveal", { argument: `${id(1)}/field/password` });
  await type("Your login password", PASSWORD);
  await press("Copy");
  expect(agent.asked.at(-1)?.request).toEqual({ "logon-copy": { id: id(1), field: "password" } });
  expect(said()).toContain("It is taken off again in 20 seconds.");
  expect(document.querySelector(".glyphs")).toBeNull();
});

test("the time that is left is said at ten and at five seconds, and not between", async () => {
  await show("reveal", { argument: `${id(1)}/field/password` });
  await type("Your login password", PASSWORD);
  const begun = performance.now();
  const now = vi.spyOn(performance, "now").mockReturnValue(begun);
  await press("Reveal");
  const live = (): string => (document.querySelector("[aria-live=polite].unseen")?.textContent ?? "").replace(/[\u2068\u2069]/gu, "");
  for (const [seconds, words] of [[5.5, ""], [10.5, "This window closes in 10 seconds."], [12.5, "This window closes in 10 seconds."], [15.5, "This window closes in 5 seconds."]] as const) {
    now.mockReturnValue(begun + seconds * 1000);
    await settle(300);
    expect(live(), `after ${seconds} s`).toBe(words);
  }
  now.mockRestore();
  await press("Hide now");
});

test("a window is chosen from a list by keyboard alone", async () => {
  const agent = await show("why");
  await press("From a list");
  const search = document.querySelector<HTMLInputElement>("dialog input[type=search]");
  expect(document.activeElement).toBe(search);
  for (const key of ["ArrowDown", "Enter"]) search?.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
  await settle();
  expect(agent.asked.some(({ request }) => JSON.stringify(request) === JSON.stringify({ "window-report": { window: 0x2a00003 } }))).toBe(true);
  expect(requests(agent)).not.toContain("window_pick");
});

test("a password is made for a logon that is being added, and stored only with it", async () => {
  const agent = await show("logon", { argument: "template:com.sap.gui" });
  await press("Make one");
  expect(field("Password").value).toBe(MADE);
  expect(requests(agent)).not.toContain("logon_add");
  await type("User name", "anna");
  await press("Save");
  expect(agent.asked.at(-1)).toMatchObject({ command: "logon_add", secrets: [MADE] });
});

test("a logon that is refused for its program is bound anew by its owner", async () => {
  const agent = await show("logon", { argument: id(1), refused: true });
  expect(said()).toContain("/tmp/filezilla");
  await press("This program again");
  await type("Your login password", PASSWORD);
  document.querySelector<HTMLButtonElement>("dialog button[type=submit]")?.click();
  await settle();
  expect(agent.asked.some(({ request, secrets }) => JSON.stringify(request) === JSON.stringify({ "logon-rebind": { id: id(1) } }) && secrets[0] === PASSWORD)).toBe(true);
  expect(said()).toContain("The logon is free for its program again.");
});

test("a logon that is not refused is not bound anew", async () => {
  await show("logon", { argument: id(1) });
  expect(said()).not.toContain("This program again");
});

test("where the organisation has set what opens the vault, its password is still renewed", async () => {
  const agent = await show("settings", { set: true });
  await press("Renew its password");
  await type("Your vault password", PASSWORD);
  await type("New password", "another horse");
  await type("Once more", "another horse");
  document.querySelector<HTMLButtonElement>("dialog button[type=submit]")?.click();
  await settle();
  expect(agent.asked.find(({ command }) => command === "primary_change")).toMatchObject({ request: { "primary-change": { to: "own" } }, secrets: [PASSWORD, "another horse"] });
});

test("with a new code a new passphrase can be chosen", async () => {
  const agent = await show("recovery", { argument: "setup" });
  document.querySelector<HTMLInputElement>("input[type=checkbox]")?.click();
  await settle();
  await type("Your login password", PASSWORD);
  expect(button("Make the code").disabled).toBe(true);
  await type("Which sentence would only you write?", "otter lantern quartz violin");
  await type("The passphrase once more, from your paper", "otter lantern quartz violin");
  await settle(300);
  await press("Make the code");
  expect(agent.asked.at(-1)).toMatchObject({ request: { "recover-setup": { passphrase: true } }, secrets: [PASSWORD, "otter lantern quartz violin"] });
});

test("offline says when it is tried again", async () => {
  await show("sync", { offline: true });
  expect(said()).toContain("Tried again");
});

test("an import is looked at, assigned and left out before anything is stored", async () => {
  const agent = await show("import");
  await press("Choose…");
  expect(field("The file").value).toBe("/home/anna/export.csv");
  await press("Look into it");
  expect(said()).toContain("8 entries in the file: Firefox (CSV)");
  expect(requests(agent)).not.toContain("import_store");
  const row = [...document.querySelectorAll<HTMLElement>("[role=option]")].find((row) => row.textContent?.includes("FTP"));
  row?.click();
  await settle();
  const select = document.querySelector<HTMLSelectElement>("section select");
  if (select === null) throw new Error("no choice of templates");
  select.value = "org.filezilla.FileZilla";
  select.dispatchEvent(new Event("change", { bubbles: true }));
  await settle();
  await press("Store \u20682\u2069 logons");
  expect(requests(agent).slice(-1)).toEqual(["import_store"]);
  expect(said()).toContain("2 logons are stored.");
  // Not everything in it is stored: six entries are not.
  expect(said()).toContain("The file stays");
  expect(requests(agent)).not.toContain("import_delete");
});

test("a file of which everything is stored can be deleted, and it says what that does not reach", async () => {
  const agent = await show("import", { whole: true });
  await type("The file", "/home/anna/export.csv");
  await press("Look into it");
  await press("Store one logon");
  expect(said()).toContain("Deleting does not reach everything");
  await press("Delete the file");
  expect(requests(agent).at(-1)).toBe("import_delete");
  expect(said()).toContain("The file was overwritten and deleted.");
});

test("a mistake in the file is told, and nothing is imported", async () => {
  const agent = await show("import");
  await type("The file", "/home/anna/broken.csv");
  agent.failing = { code: "refused", message: "line 3 of broken.csv: a quote is not closed", next: null };
  await press("Look into it");
  expect(said()).toContain("line 3 of broken.csv");
  expect(said()).toContain("Nothing was imported.");
});

test("a sealed file is asked about before it is looked into", async () => {
  const agent = await show("import", { sealed: true });
  await type("The file", "/home/anna/logons.kdbx");
  await press("Look into it");
  expect(said()).toContain("This file is sealed (KDBX 4).");
  await type("Its password", PASSWORD);
  await press("Look into it");
  expect(said()).toContain("8 entries in the file");
  expect(agent.asked.filter(({ command }) => command === "import_open").map(({ secrets }) => secrets)).toEqual([[], [PASSWORD]]);
});

test("the recorder works out the template anew when a control gets another role", async () => {
  const agent = await show("recorder");
  await press("Take this window");
  expect(said()).toContain("opt.ledger");
  const select = [...document.querySelectorAll<HTMLSelectElement>("select")][2];
  if (select === undefined) throw new Error("no select");
  select.value = "username";
  select.dispatchEvent(new Event("change", { bubbles: true }));
  await settle();
  expect(agent.asked.at(-1)?.request).toMatchObject({ "template-record": { named: { username: ":1.5/a/3", password: ":1.5/a/2", submit: ":1.5/a/4" }, show: "nothing" } });
  expect([...document.querySelectorAll<HTMLSelectElement>("select")].map(({ value }) => value)).toEqual(["", "password", "username", "submit", ""]);
  await press("Show on the screen");
  expect(agent.asked.at(-1)?.request).toMatchObject({ "template-record": { show: "frames" } });
});

test("text that was edited is not written over without a question", async () => {
  const agent = await show("recorder");
  await press("Take this window");
  const text = document.querySelector("textarea");
  if (text === null) throw new Error("no text");
  text.value = "id = \"mine\"";
  text.dispatchEvent(new Event("input", { bubbles: true }));
  await settle();
  const before = agent.asked.length;
  const select = [...document.querySelectorAll<HTMLSelectElement>("select")][0];
  if (select === undefined) throw new Error("no select");
  select.value = "";
  select.dispatchEvent(new Event("change", { bubbles: true }));
  await settle();
  expect(said()).toContain("Write the template anew?");
  await press("Keep my text");
  expect(agent.asked).toHaveLength(before);
  expect([...document.querySelectorAll<HTMLSelectElement>("select")][0]?.value).toBe("username");
  await press("Test now");
  expect(agent.asked.at(-1)?.request).toEqual({ "template-explain": { place: "opt.ledger.toml", text: "id = \"mine\"" } });
  expect(said()).toContain("It fits this window");
  await press("Keep as mine");
  expect(agent.asked.at(-1)?.request).toMatchObject({ "template-adopt": { text: "id = \"mine\"" } });
  expect(said()).toContain("The template is yours and in force.");
});

test("a plan is published only once the unit's name is typed, and the password is asked for anew", async () => {
  const agent = await show("publish", { directory: true });
  await type("Signed folder", "/srv/countersign/sales");
  await type("Unit", "Sales/Berlin");
  await type("Your directory password", PASSWORD);
  await press("Show what would change");
  expect(field("Your directory password").value).toBe("");
  expect(said()).toContain("Read by the group berlin, which has 240 members.");
  expect(document.querySelector("del")?.textContent).toBe("SAP Logon*");
  await press("Publish this");
  const fields = [...document.querySelectorAll<HTMLInputElement>("dialog input")];
  const submit = document.querySelector<HTMLButtonElement>("dialog button[type=submit]");
  const put = async (at: number, text: string): Promise<void> => {
    const into = fields[at];
    if (into === undefined) throw new Error("no field");
    into.value = text;
    into.dispatchEvent(new Event("input", { bubbles: true }));
    await settle();
  };
  await put(1, PASSWORD);
  await put(0, "Sales");
  expect(submit?.disabled).toBe(true);
  await put(0, "Sales/Berlin");
  submit?.click();
  await settle();
  expect(agent.asked.find(({ command }) => command === "publish_apply")).toMatchObject({
    request: { "publish-apply": { folder: "/srv/countersign/sales", unit: "Sales/Berlin", group: null, plan: PLAN.digest, confirmed: true, password: true } },
    secrets: [PASSWORD],
  });
  expect(said()).toContain("Published with 5 writes.");
});

test("the helpdesk checks the caller, compares the name and destroys the words", async () => {
  const agent = await show("helpdesk");
  await type("User", "carla.novak");
  await press("Show");
  expect(said()).toContain("By one operator");
  expect(said()).not.toContain("harbor");
  await press("Help him back in");
  expect(button("Continue").disabled).toBe(true);
  document.querySelector<HTMLInputElement>("input[type=checkbox]")?.click();
  await type("Reason", "called back");
  await press("Continue");
  await type("His three words", "otter lantern quartz");
  await type("Key file of your ring", "/home/anna/desk-1.key");
  await type("Passphrase of your key file", SECRET);
  await press("Take out his half");
  expect(agent.asked.at(-1)).toMatchObject({
    request: { "helpdesk-recover": { user: "carla.novak", ring: "/home/anna/desk-1.key", reason: "called back", password: false } },
    secrets: ["otter lantern quartz", SECRET],
  });
  expect(said()).toContain("carla.novak");
  expect(said()).not.toContain("harbor");
  await press("It is the caller");
  expect([...document.querySelectorAll(".words li")].map((word) => word.lastChild?.textContent?.trim()).join(" ")).toBe(HALF);
  await press("Destroy words and close");
  expect(agent.closed).toBe(true);
  expect(said()).not.toContain("harbor");
});

test("words that are sealed for somebody else are warned of", async () => {
  await show("helpdesk");
  await type("User", "carla.nowak");
  await press("Show");
  await press("Help him back in");
  document.querySelector<HTMLInputElement>("input[type=checkbox]")?.click();
  await type("Reason", "called back");
  await press("Continue");
  await type("His three words", "otter lantern quartz");
  await type("Key file of your ring", "/home/anna/desk-1.key");
  await type("Passphrase of your key file", SECRET);
  await press("Take out his half");
  expect(document.querySelector("[role=alert]")?.textContent).toContain("That is not the name you asked for.");
  expect(said()).not.toContain("harbor");
});

test("what is in an imported file alone is named, and lost with it by choice", async () => {
  const agent = await show("import");
  await type("The file", "/home/anna/export.csv");
  await press("Look into it");
  await press("Store one logon");
  expect(said()).toContain("The file stays: not everything in it is stored.");
  expect(said()).toContain("9 things are in the file alone");
  for (const words of ["Accounting Not taken over: note", "Buchhaltung stored already as “Buchhaltung”, perhaps with an older password", "VPN Place is taken", "line 12: a card"]) expect(said()).toContain(words);
  await press("Delete it all the same…");
  expect(said()).toContain("9 things in it are nowhere else and are lost for good.");
  await press("Cancel");
  expect(requests(agent)).not.toContain("import_delete");
  await press("Delete it all the same…");
  await press("Delete it and lose that");
  expect(agent.lost).toBe(9);
  expect(said()).toContain("The file was overwritten and deleted.");
});

test("what was typed as a proof goes with its dialog", async () => {
  await show("logons", { guarded: true });
  await settle(80);
  for (const other of ["Copy", "Fill", "Copy"]) {
    await press("Fill");
    expect(field("Your login password").value).toBe("");
    await type("Your login password", "half-typ");
    await press("Cancel");
    expect(document.querySelector("dialog")).toBeNull();
    await press(other);
    expect(field("Your login password").value).toBe("");
    await type("Your login password", "half-typ");
    await press("Cancel");
  }
});

test("another file to import has the one before it forgotten", async () => {
  const agent = await show("import", { whole: true });
  for (const step of ["Another file", "Import another file"]) {
    await type("The file", "/home/anna/export.csv");
    await press("Look into it");
    if (step === "Import another file") await press("Store one logon");
    await press(step);
    expect(requests(agent).at(-1)).toBe("import_close");
    expect(field("The file").value).toBe("");
  }
});

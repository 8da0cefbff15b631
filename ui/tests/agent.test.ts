import { expect, test } from "vitest";
import { AgentError, call, openPage } from "../src/agent";
import { install, PASSWORD, SECRET } from "./fake/agent";
import { id } from "./fake/model";

test("a request goes out under its own name, with its secrets beside it", async () => {
  const agent = install();
  const { reply, secrets } = await call({ "logon-reveal": { id: id(1), field: "password" } }, [PASSWORD]);
  expect([reply, secrets]).toEqual([null, [SECRET]]);
  expect(agent.asked).toEqual([{ command: "logon_reveal", request: { "logon-reveal": { id: id(1), field: "password" } }, secrets: [PASSWORD] }]);
  expect((await call("unlock-terms")).reply.vault).toBe("unlocked");
  expect(agent.asked[1]?.request).toBe("unlock-terms");
});

test("a failure says what happened, what to do and how long to wait", async () => {
  install();
  const failure = await call("unlock", ["wrong"]).catch((cause: unknown) => cause);
  expect(failure).toBeInstanceOf(AgentError);
  expect(failure).toMatchObject({ code: "wrong-secret", message: "that is not right", next: "try again", retryAfterMs: 1000 });
});

test("a refused password comes with what the exit has to say", async () => {
  install();
  const failure = await call({ "password-change": { id: id(1), own: true } }, ["short"]).catch((cause: unknown) => cause);
  expect(failure).toMatchObject({ code: "refused", said: ["At least 14, please."] });
});

test("an answer to something else is one of another version", async () => {
  const agent = install();
  agent.invoke = async () => ({ reply: "done", secrets: [] });
  await expect(call("status")).rejects.toMatchObject({ code: "other-version" });
});

test("a page that is opened without an argument is asked for without one", async () => {
  const agent = install();
  await openPage("logon");
  await openPage("logon", id(2));
  expect(agent.opened).toEqual([{ page: "logon", argument: null }, { page: "logon", argument: id(2) }]);
});

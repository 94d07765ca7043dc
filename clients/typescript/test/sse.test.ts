import assert from "node:assert/strict";
import { test } from "node:test";
import { SseParser, type Message } from "../dist/sse.js";

function parse(...pieces: string[]): Message[] {
  const parser = new SseParser();
  return pieces.flatMap((piece) => parser.push(piece));
}

const data = (...pieces: string[]) => parse(...pieces).map((message) => message.data);

test("the examples of the standard", () => {
  assert.deepEqual(data("data: YHOO\ndata: +2\ndata: 10\n\n"), ["YHOO\n+2\n10"]);
  const stream = ": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n";
  assert.deepEqual(parse(stream), [
    { event: "message", data: "first event", id: "1" },
    { event: "message", data: "second event", id: "" },
    { event: "message", data: " third event", id: "" },
  ]);
  assert.deepEqual(data("data\n\ndata\ndata\n\ndata:"), ["", "\n"]);
  assert.deepEqual(data("data:test\n\ndata: test\n\n"), ["test", "test"]);
});

test("lines end in every way, also in the middle of a piece", () => {
  const whole = "event: a\r\ndata: 1\rdata: 2\n\r\ndata: 3\n\n";
  const wanted = [
    { event: "a", data: "1\n2", id: "" },
    { event: "message", data: "3", id: "" },
  ];
  assert.deepEqual(parse(whole), wanted);
  assert.deepEqual(parse(...whole), wanted);
  for (let cut = 0; cut <= whole.length; cut++) {
    assert.deepEqual(parse(whole.slice(0, cut), "", whole.slice(cut)), wanted, `cut at ${cut}`);
  }
  assert.deepEqual(data("data: 1\r", "\n", "\n"), ["1"]);
});

test("what is no field, and what is not finished, is nothing", () => {
  assert.deepEqual(data("nonsense\nfoo: bar\n:comment\n\n"), []);
  assert.deepEqual(data("data: never ended"), []);
  assert.deepEqual(parse("event: lost\n\ndata: 1\n\n")[0]?.event, "message");
});

test("an id stays until another comes, and one with a null is none", () => {
  assert.deepEqual(
    parse("id: 7\ndata: 1\n\ndata: 2\n\nid: \0\ndata: 3\n\n").map(({ id }) => id),
    ["7", "7", "7"],
  );
  assert.equal(new SseParser("before").push("data: 1\n\n")[0]?.id, "before");
});

test("a time to wait is digits and nothing else", () => {
  const parser = new SseParser();
  parser.push("retry: 1x\n");
  assert.equal(parser.retry, undefined);
  parser.push("retry: 1500\n");
  assert.equal(parser.retry, 1500);
});

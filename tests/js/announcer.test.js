import assert from "node:assert/strict";
import test from "node:test";

import { Announcer, sentence } from "../../static/js/chat/elements/announcer.js";
import { withClock } from "./support.js";

const from = (name, body) => ({ author: { full_name: name }, html: `<p>${body}</p>` });

/** A page with the two live regions; notes what is put into them, and when. */
function page(now) {
  const said = [];
  const region = (name) => ({
    get textContent() {
      return "";
    },
    set textContent(text) {
      if (text) said.push([now(), name, text]);
    },
  });
  const regions = { announcer: region("announcer"), alert: region("alert") };
  return { said, querySelector: (selector) => regions[/"(.+)"/.exec(selector)[1]] };
}

test("a burst is one sentence, and two sentences are seconds apart; what interrupts does not wait", () =>
  withClock(async (clock) => {
    const root = page(() => clock.now);
    const announcer = new Announcer(root, new AbortController().signal);
    for (const body of ["one", "two", "three"]) announcer.arrived(from("Ana", body));
    await clock.tick(300);
    announcer.arrived(from("Ben", "four"));
    announcer.say("A message was not sent.", "alert");
    await clock.tick(5_000);
    assert.deepEqual(root.said.map(([, ...said]) => said), [["announcer", "3 new messages from Ana"], ["alert", "A message was not sent."], ["announcer", "Ben: four"]]);
    const [burst, , next] = root.said;
    assert.equal(next[0] - burst[0] >= 2_000, true);
  }));

test("who wrote is named, as long as one can follow", () => {
  const by = (...names) => sentence(names.map((name) => from(name, "hello")));
  assert.deepEqual([by("Ana"), by("Ana", "Ben"), by("Ana", "Ben", "Cleo", "Dan")], ["Ana: hello", "2 new messages from Ana, Ben", "4 new messages from 4 people"]);
});

test("nothing is said any more in a page that is gone", () =>
  withClock(async (clock) => {
    const root = page(() => clock.now);
    const gone = new AbortController();
    new Announcer(root, gone.signal).arrived(from("Ana", "one"));
    gone.abort();
    await clock.tick(5_000);
    assert.deepEqual(root.said, []);
  }));

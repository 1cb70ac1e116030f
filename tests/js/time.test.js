import assert from "node:assert/strict";
import test from "node:test";

import { clock, dayKey, dayLabel, fullTime, lastSeen, shortTime } from "../../static/js/chat/time.js";

const NOW = "2026-11-20T09:30:00Z";

test("a moment belongs to the day it is in the viewer's zone", () => {
  const late = "2026-11-19T23:30:00Z";
  assert.deepEqual([dayKey(late, "UTC"), dayKey(late, "Asia/Tokyo")], ["2026-11-19", "2026-11-20"]);
  assert.deepEqual([dayLabel(late, NOW, "UTC"), dayLabel(late, NOW, "Asia/Tokyo")], ["Yesterday", "Today"]);
  assert.deepEqual([clock(late, "UTC"), clock(late, "Asia/Tokyo")], ["23:30", "08:30"]);
});

test("days have names near by and dates further off", () => {
  assert.equal(dayLabel(NOW, NOW, "UTC"), "Today");
  assert.equal(dayLabel("2026-11-12T12:00:00Z", NOW, "UTC"), "Thursday 12 November");
  assert.equal(dayLabel("2025-11-04T12:00:00Z", NOW, "UTC"), "Tuesday 4 November 2025");
});

test("a row of the list says as little as is enough", () => {
  const times = ["2026-11-20T08:05:00Z", "2026-11-19T08:05:00Z", "2026-11-14T08:05:00Z", "2026-11-13T08:05:00Z", "2025-12-31T08:05:00Z"];
  assert.deepEqual(times.map((at) => shortTime(at, NOW, "UTC")), ["08:05", "Thu", "Sat", "13 Nov", "31 Dec 2025"]);
});

test("a clock that runs ahead does not make tomorrow", () => {
  assert.equal(shortTime("2026-11-21T08:05:00Z", NOW, "UTC"), "08:05");
});

test("yesterday is a day of the calendar, also where a day has 25 hours", () => {
  assert.equal(dayLabel("2026-10-25T00:30:00+02:00", "2026-10-26T00:30:00+01:00", "Europe/Berlin"), "Yesterday");
});

test("last seen, in words", () => {
  assert.equal(lastSeen("2026-11-20T08:05:00Z", NOW, "UTC"), "Last seen today at 08:05");
  assert.equal(lastSeen("2026-11-19T08:05:00Z", NOW, "UTC"), "Last seen yesterday at 08:05");
  assert.equal(lastSeen("2026-11-12T08:05:00Z", NOW, "UTC"), "Last seen on Thursday 12 November at 08:05");
});

test("the whole moment, for those who ask", () => {
  assert.equal(fullTime("2026-11-20T08:05:00Z", "UTC"), "Friday 20 November 2026, 08:05");
});

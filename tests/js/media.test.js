import assert from "node:assert/strict";
import test from "node:test";

import * as cropping from "../../static/js/chat/cropping.js";
import { LARGEST, WHOLE, moved, swipe, zoomed } from "../../static/js/chat/panning.js";
import { bars, level, recordedType, seek, stretches, voiceFile, waveformOf } from "../../static/js/chat/voice.js";

test("what is under the finger stays there while a picture is enlarged", () => {
  const at = { x: 100, y: -50 };
  const near = zoomed(WHOLE, 2, at);
  assert.deepEqual(near, { scale: 2, x: -100, y: 50 });
  assert.equal(zoomed(near, 100).scale, LARGEST);
  assert.equal(zoomed(near, 0.1, at), WHOLE, "the whole picture stands in the middle");
});

test("an enlarged picture is moved to its edges and no further", () => {
  const [image, stage] = [{ width: 400, height: 200 }, { width: 500, height: 600 }];
  assert.deepEqual(moved({ scale: 2, x: 0, y: 0 }, 1000, 1000, image, stage), { scale: 2, x: 150, y: 0 });
  assert.deepEqual(moved({ scale: 2, x: 0, y: 0 }, -40, 10, image, stage), { scale: 2, x: -40, y: 0 });
});

test("a finger goes to the next picture, closes, or meant nothing", () => {
  assert.deepEqual([[80, 10], [-80, 10], [10, 120], [30, 5], [80, 70]].map((way) => swipe(...way)), ["back", "forth", "close", null, null]);
});

test("the square for a face begins in the middle and stays within the picture", () => {
  const picture = { width: 1000, height: 600 };
  const square = cropping.begin(picture);
  assert.deepEqual(square, { x: 200, y: 0, size: 600 });
  assert.deepEqual(cropping.moved(square, picture, 500, 500), { x: 400, y: 0, size: 600 });
  const near = cropping.sized(square, picture, 200);
  assert.deepEqual(near, { x: 400, y: 200, size: 200 });
  assert.deepEqual(cropping.sized({ x: 800, y: 400, size: 200 }, picture, 400), { x: 600, y: 200, size: 400 });
  assert.equal(cropping.sized(square, picture, 1).size, cropping.SMALLEST);
  assert.equal(cropping.sized(cropping.begin({ width: 40, height: 50 }), { width: 40, height: 50 }, 1).size, 40);
});

test("the wave form of a recording keeps its loudest moments, in a hundred values", () => {
  const levels = Array.from({ length: 1000 }, (_, at) => (at === 505 ? 1 : 0.1));
  const waveform = waveformOf(levels);
  assert.deepEqual([waveform.length, waveform[50], waveform[0]], [100, 255, 26]);
  assert.deepEqual(waveformOf([0.5, 1]), [128, 255]);
  assert.deepEqual(stretches([1, 5, 2, 3], 2), [5, 3]);
  assert.deepEqual(stretches([7], 3), [7, 7, 7]);
  assert.equal(level(new Uint8Array([128, 128])), 0);
  assert.equal(level(new Uint8Array([0, 255])), 1);
  assert.equal(bars([0, 255], 2), "M2 15v2M6 2v28");
});

test("keys move through a voice message and stay within it", () => {
  assert.deepEqual(["ArrowRight", "ArrowLeft", "PageUp", "Home", "End", "x"].map((key) => seek(key, 1, 12)), [3, 0, 11, 0, 12, null]);
});

test("a voice is recorded in what the browser writes and named after it", () => {
  assert.equal(recordedType((type) => type === "audio/mp4"), "audio/mp4");
  assert.equal(recordedType(() => false), undefined);
  const file = voiceFile(new Blob(["x"], { type: "audio/mp4" }), { duration: 3, waveform: [1] });
  assert.deepEqual([file.kind, file.name, file.size, file.duration, file.waveform], ["voice", "voice-message.m4a", 1, 3, [1]]);
});

import assert from "node:assert/strict";
import test from "node:test";

import { ending, fit, look, weight } from "../../static/js/chat/attachment-sizes.js";
import { describe, minutes } from "../../static/js/chat/attachments.js";
import { FILES_MOST, kindOf, moves, refusal, renamed, room, shrinking } from "../../static/js/chat/choosing.js";

const MEGABYTE = 1024 * 1024;
const of = (kind, fields = {}) => ({ kind, name: "a.pdf", animated: false, duration: null, ...fields });

test("what is attached is said in a few words", () => {
  assert.deepEqual(
    [[of("picture")], [of("picture"), of("picture"), of("picture")], [of("picture", { animated: true })], [of("voice", { duration: 12.4 })], [of("file")], [of("file"), of("picture")], []].map(describe),
    ["Photo", "3 photos", "GIF", "Voice message, 0:12", "a.pdf", "2 files", ""],
  );
  assert.deepEqual([0, 59.6, 299].map(minutes), ["0:00", "1:00", "4:59"]);
  assert.deepEqual([640, 12_345, 3_400_000].map(weight), ["640 B", "12 KB", "3.4 MB"]);
  assert.deepEqual(["plan.pdf", "archive.tar.GZ", "Makefile"].map(ending), ["PDF", "GZ", "FILE"]);
});

test("a picture keeps its form where it is drawn, and is never enlarged", () => {
  assert.deepEqual(fit(4000, 3000), { width: 360, height: 270 });
  assert.deepEqual(fit(1000, 4000), { width: 80, height: 320 });
  assert.deepEqual(fit(20, 10), { width: 20, height: 10 });
});

test("of the sizes that there are the browser is offered those that help", () => {
  const sources = [{ width: 320, url: "/s/" }, { width: 640, url: "/m/" }];
  const picture = { width: 1600, height: 1200, url: "/l/", sources, animated: false };
  const drawn = look(picture, true);
  assert.equal(drawn.srcset, "/s/ 320w, /m/ 640w, /l/ 1600w");
  assert.deepEqual([drawn.src, drawn.sizes], ["/m/", "360px"]);
  const small = look({ ...picture, width: 300, height: 200, sources: [] }, true);
  assert.deepEqual([small.src, small.srcset, small.sizes], ["/l/", "", ""]);
  const moving = look({ ...picture, animated: true }, false);
  assert.deepEqual([moving.src, moving.srcset], ["/l/", ""]);
});

test("what cannot be sent is refused before it travels, in a sentence", () => {
  assert.equal(refusal({ name: "a.txt", size: 0, type: "text/plain" }), "“a.txt” is empty. Choose another file.");
  assert.ok(refusal({ name: "a.zip", size: 25 * MEGABYTE + 1, type: "application/zip" }).includes("at most 25 MB"));
  assert.equal(refusal({ name: "a.zip", size: 25 * MEGABYTE, type: "application/zip" }), "");
  const photo = { name: "a.jpg", size: 40 * MEGABYTE, type: "image/jpeg" };
  assert.equal(refusal(photo), "", "it may become smaller");
  assert.ok(refusal(photo, undefined, true));
  assert.ok(refusal({ ...photo, type: "text/plain" }, 5 * MEGABYTE).includes("at most 5 MB"));
  const { fitting, problem } = room(8, ["a", "b", "c"]);
  assert.deepEqual(fitting, ["a", "b"]);
  assert.ok(problem.includes(`at most ${FILES_MOST} files: one was left out`));
  assert.equal(room(0, ["a"]).problem, "");
});

test("only large pictures are made smaller, and what moves never", () => {
  const photo = { type: "image/jpeg", width: 4032, height: 3024, animated: false };
  assert.deepEqual(shrinking(photo), { width: 2560, height: 1920 });
  assert.deepEqual(shrinking({ ...photo, width: 3024, height: 4032 }), { width: 1920, height: 2560 });
  assert.equal(shrinking({ ...photo, width: 2560, height: 1 }), null);
  assert.equal(shrinking({ ...photo, type: "image/gif" }), null);
  assert.equal(shrinking({ ...photo, animated: true }), null);
  assert.deepEqual(shrinking({ ...photo, type: "image/heic", width: 100, height: 50 }), { width: 100, height: 50 });
  assert.deepEqual([renamed("IMG_1.HEIC", "image/webp"), renamed("plan", "image/jpeg")], ["IMG_1.webp", "plan.jpg"]);
});

test("whether a picture moves is seen in its first bytes", () => {
  const bytes = (text) => Uint8Array.from(text, (each) => each.charCodeAt(0));
  assert.ok(moves(bytes("GIF89a")));
  assert.ok(moves(bytes("RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\x02\0\0\0")));
  assert.ok(!moves(bytes("RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\x10\0\0\0")));
  assert.ok(moves(bytes("\x89PNG\r\n\x1a\n....IHDR....acTL....IDAT")));
  assert.ok(!moves(bytes("\x89PNG\r\n\x1a\n....IHDR....IDAT....acTL")));
  assert.ok(!moves(bytes("\xff\xd8\xff")));
});

test("a drawing of vectors is a file, as no server lets it be a picture", () => {
  assert.deepEqual(["image/png", "image/svg+xml", "video/mp4", "audio/ogg", ""].map(kindOf), ["picture", "file", "video", "sound", "file"]);
});

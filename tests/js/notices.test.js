import assert from "node:assert/strict";
import test from "node:test";

import { Notices } from "../../static/js/chat/elements/notices.js";
import { withClock } from "./support.js";

/** A toast, and who has the focus. */
class Toast extends EventTarget {
  hidden = true;
  textContent = "";
  focused = null;

  contains(node) {
    return node === this;
  }

  getRootNode() {
    return { activeElement: this.focused };
  }
}

test("a word in passing goes by itself, but from under a pointer that moves and from who came to it by keys", () =>
  withClock(async (clock) => {
    const toast = new Toast();
    const region = { textContent: "" };
    const root = { querySelector: (selector) => (selector.includes("toast") ? toast : region) };
    const notices = new Notices(root, new AbortController().signal);
    const shown = async (after) => {
      await clock.tick(after);
      return !toast.hidden;
    };
    notices.toast("Link copied");
    toast.dispatchEvent(new Event("pointerenter")); // it came up where the pointer is
    assert.deepEqual([await shown(2_000), await shown(600)], [true, false]);

    notices.toast("Link copied");
    assert.ok(await shown(2_000));
    toast.dispatchEvent(new Event("pointermove"));
    assert.deepEqual([await shown(2_000), await shown(600)], [true, false]);

    notices.toast("Link copied");
    toast.focused = toast;
    toast.dispatchEvent(new Event("focusin"));
    toast.dispatchEvent(new Event("pointermove"));
    assert.ok(await shown(60_000));
    toast.focused = null;
    toast.dispatchEvent(new Event("focusout"));
    assert.deepEqual([await shown(2_000), await shown(600)], [true, false]);
  }));

/** What the settings can do with script: notifications on this device, and times in the reader's zone. */

import { permission, pushesHere, soundsHere, wish, wishFor } from "./chat/device.js";
import { fill, slot } from "./chat/dom.js";
import { enlivenParts } from "./chat/elements/page-parts.js";
import { install } from "./chat/install.js";
import { localTimes, ownZone } from "./chat/time.js";

const STATES = {
  on: "This device tells you of new messages while you look elsewhere.",
  pushed: "This device tells you of new messages while you look elsewhere, also when no page of this site is open.",
  off: "This device tells you nothing while you look elsewhere.",
  denied: "The browser forbids notifications from this site. Allow them in the settings of the browser, at the padlock in the address bar; then come back.",
  unsupported: "This browser does not show notifications here. They need an address that begins with https.",
};

/** @param {HTMLElement} card */
function show(card) {
  const may = permission();
  const on = may === "granted" && wish().on;
  fill(card, "notices-state", STATES[may === "denied" || may === "unsupported" ? may : !on ? "off" : pushesHere() ? "pushed" : "on"]);
  const shown = { "notices-on": !on && may !== "denied" && may !== "unsupported", "notices-off": on, "notices-text": on };
  for (const [name, is] of Object.entries(shown)) /** @type {HTMLElement} */ (slot(card, name)).hidden = !is;
  sounding(soundsHere());
  card.hidden = false;
  slot(document, "notices-none")?.remove();
}

/** Who has said nothing of sounds hears them where this device notifies. @param {boolean} on */
function sounding(on) {
  const box = /** @type {HTMLInputElement | null} */ (document.getElementById("sound"));
  if (box) box.checked = on;
}

async function turnOn() {
  if ((await Notification.requestPermission()) !== "granted") return;
  wishFor({ on: true });
  try {
    new Notification("Notifications are on", { body: "This is how Parley tells you of a message.", tag: "parley-sample" });
  } catch {
    // On some phones only the service worker may notify.
  }
}

/** Let the server know what is wished for here, and show what comes of it. @param {HTMLElement} card */
async function push(card) {
  const [{ Api }, { subscribe, unsubscribe }] = await Promise.all([import("./chat/api.js"), import("./chat/push.js")]);
  const api = new Api("/api/");
  await (wish().on ? subscribe(api) : unsubscribe(api));
  show(card);
}

/** Propose the zone of this browser to who has told none. */
function proposeZone() {
  const zones = /** @type {HTMLSelectElement | null} */ (slot(document, "time-zone"));
  if (zones && !zones.value && [...zones.options].some(({ value }) => value === ownZone())) zones.value = ownZone();
}

function start() {
  localTimes(document);
  proposeZone();
  install();
  enlivenParts(document);
  const card = slot(document, "notices");
  if (!card) return;
  const box = /** @type {HTMLInputElement} */ (card.querySelector("input"));
  box.checked = wish().text;
  const changed = () => {
    show(card);
    push(card).catch(() => undefined);
  };
  box.addEventListener("change", () => {
    wishFor({ text: box.checked });
    changed();
  });
  slot(card, "notices-on")?.addEventListener("click", () => turnOn().then(changed));
  slot(card, "notices-off")?.addEventListener("click", () => {
    wishFor({ on: false });
    changed();
  });
  show(card);
}

start();

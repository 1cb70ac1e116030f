/** What the form to sign up can do with script: say in which time zone the browser is. */

import { slot } from "./chat/dom.js";
import { ownZone } from "./chat/time.js";

/** @type {HTMLInputElement} */ (slot(document, "time-zone")).value = ownZone();

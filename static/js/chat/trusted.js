/**
 * The only door through which text becomes part of the page: the policy of the page (`trusted-types`) shuts all others.
 *
 * What passes has been written by our own server: the HTML of messages, rendered and sanitised when they were sent, and
 * whole pages.
 */

const passed = (/** @type {string} */ text) => text;

const policy = globalThis.trustedTypes?.createPolicy("parley", { createHTML: passed, createScriptURL: passed });

/** @param {string} html of our server @returns {string} for `innerHTML` and parsers */
export const trustedHTML = (html) => /** @type {any} */ (policy?.createHTML(html) ?? html);

/** @param {string} path of ours @returns {string} */
export const trustedScript = (path) => /** @type {any} */ (policy?.createScriptURL(path) ?? path);

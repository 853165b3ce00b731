// Single keys, in the review only, and only while the reader wants them (WCAG 2.1.4).
import { all, byId } from "./elements.js";

const KEYS = {
  a: "approve", r: "reject", e: "exclude", u: "unsure", s: "snooze", c: "clear", z: "undo", j: "next", k: "previous",
  "/": "search", f: "find", n: "note", b: "bulk", "?": "help",
};

/** What a key asks for; Shift+A alone answers a question, so that no key that decides, and no Enter, does. */
const actOf = ({ key, shiftKey }) => {
  if (shiftKey && key.toLowerCase() === "a") return "confirm";
  return KEYS[key.toLowerCase()] ?? (/^[1-9]$/.test(key) ? "choose" : null);
};

const isTyping = (element) => element.matches("input:not([type=radio], [type=checkbox]), textarea, select") || Boolean(element.closest("dialog"));

/** Keys for the acts of the review. A key that is held down decides nothing twice. */
export const listenToKeys = (section, acts, reader) => {
  const box = byId("single-keys");
  let wasHere = false;
  const show = () => {
    box.checked = reader.get().areKeysOn;
    section.classList.toggle("with-keys", box.checked);
    all("[data-do]", section).forEach((button) => {
      const key = Object.keys(KEYS).find((each) => KEYS[each] === button.dataset.do);
      const shortcut = button.dataset.do === "confirm" ? "Shift+A" : key;
      if (shortcut && box.checked) button.setAttribute("aria-keyshortcuts", shortcut);
      else button.removeAttribute("aria-keyshortcuts");
    });
  };
  box.addEventListener("change", () => { reader.set({ areKeysOn: box.checked }); show(); });
  document.addEventListener("focusin", ({ target }) => { wasHere = section.contains(target); });
  document.addEventListener("pointerdown", ({ target }) => { wasHere = section.contains(target); });
  document.addEventListener("keydown", (event) => {
    const { target, key } = event;
    // what had the focus may be gone by now: then the keys still belong to the review
    const isHere = section.contains(target) || (target === document.body && wasHere);
    if (!isHere || event.ctrlKey || event.metaKey || event.altKey) return;
    if (key === "Escape" && !target.closest("dialog")) { acts.back(); return; }
    // Enter may be meant for what had the focus before: it never answers a question, nor does a key that is held down
    if (key === "Enter" && (target.closest("[data-do=confirm]") || (event.repeat && target.closest("[data-do]")))) { event.preventDefault(); return; }
    if (isTyping(target) || !reader.get().areKeysOn) return;
    const act = actOf(event);
    if (!act) return;
    event.preventDefault();
    if (event.repeat && act !== "next" && act !== "previous") return;
    acts[act](Number(key));
  });
  show();
};

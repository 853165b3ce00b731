// Every ConnectWise company of the run, to map to one that was not proposed.
import { readers } from "./columns.js";
import { make, named, idOf } from "./elements.js";
import { count } from "./format.js";

const MOST_SHOWN = 12;

const WORST = 8;

// a sigma at the end of a word is another letter than one within it
const plainText = (text) => text.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "").replaceAll("\u03c2", "\u03c3");

const bareId = (word) => word.replace(/^cw-(?=.)/, "");

/** Whether a word of the text begins so; by hand, for a question is no pattern: it may hold any sign. */
const beginsIn = (text, word) => {
  for (let place = text.indexOf(word); place >= 0; place = text.indexOf(word, place + 1)) {
    if (place === 0 || !/[\p{L}\p{N}]$/u.test(text.slice(Math.max(0, place - 2), place))) return true;
  }
  return false;
};

/** All companies: by id, and found by words. */
export const companiesOf = (packed) => {
  const table = readers(packed);
  const places = new Map();
  for (let row = 0; row < table.rows; row += 1) places.set(table.company_id_cw(row), row);
  const at = (row) => ({
    id: table.company_id_cw(row), name: table.company_name(row), identifier: table.company_identifier(row),
    city: table.city(row), domain: table.domain(row),
    isInactive: Boolean(table.is_inactive(row)), isDeleted: Boolean(table.is_deleted(row)),
  });
  const idOfRow = (row) => plainText(table.company_id_cw(row));
  let texts = null;
  const textOf = (row) =>
    plainText([table.company_name(row), table.company_identifier(row), table.city(row), table.domain(row)].filter(Boolean).join("\u0001"));
  const rank = (row, text, words) => {
    const isOut = table.is_deleted(row) || table.is_inactive(row) ? WORST / 2 : 0;
    if (words.length === 1 && bareId(words[0]) === idOfRow(row)) return 0;
    if (text.startsWith(words.join(" "))) return 1 + isOut;
    return (words.every((word) => beginsIn(text, word)) ? 2 : 3) + isOut;
  };
  const find = (question) => {
    const words = plainText(question).split(/\s+/).filter(Boolean);
    if (!words.length) return { companies: [], all: 0 };
    texts ??= Array.from({ length: table.rows }, (_, row) => textOf(row));
    const ranked = Array.from({ length: WORST }, () => []);
    texts.forEach((text, row) => {
      if (words.every((word) => text.includes(word) || idOfRow(row).startsWith(bareId(word)))) ranked[rank(row, text, words)].push(row);
    });
    const found = ranked.flat();
    return { companies: found.slice(0, MOST_SHOWN).map(at), all: found.length };
  };
  return { at, held: packed.held, all: packed.all, get: (id) => (places.has(id) ? at(places.get(id)) : null), find };
};

export const outOfUse = (company) => [
  company.isDeleted ? make("span", { class: "pill warn" }, "recycle bin") : null,
  company.isInactive ? make("span", { class: "pill warn" }, "inactive") : null,
];

const option = (company, place) =>
  make("li", { role: "option", id: `found-${place}`, "aria-selected": "false" },
    make("span", { class: "line" }, named(company.name), " ", idOf(company.id), " ", ...outOfUse(company)),
    make("span", { class: "meta line" }, [company.identifier, company.city, company.domain].filter(Boolean).join(" \u00b7 ") || "\u2013"));

/** The search box: arrows walk, Enter takes, Escape leaves. */
export const searchBox = ({ input, list, told }, companies, { pick, leave }) => {
  let found = [];
  let active = -1;
  const mark = (place) => {
    active = place;
    [...list.children].forEach((each, at) => each.setAttribute("aria-selected", String(at === place)));
    if (place >= 0) input.setAttribute("aria-activedescendant", `found-${place}`);
    else input.removeAttribute("aria-activedescendant");
    list.children[place]?.scrollIntoView({ block: "nearest" });
  };
  const close = () => {
    found = [];
    list.replaceChildren();
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    mark(-1);
  };
  const show = () => {
    const answer = companies.find(input.value);
    found = answer.companies;
    list.replaceChildren(...found.map(option));
    list.hidden = !found.length;
    input.setAttribute("aria-expanded", String(found.length > 0));
    mark(found.length ? 0 : -1);
    const rest = companies.held < companies.all ? ` of ${count(companies.held)} companies in this page; there are ${count(companies.all)}` : "";
    told.textContent = !input.value.trim() ? "" : answer.all > found.length ? `The first ${found.length} of ${count(answer.all)}${rest}` : `${count(answer.all)} found${rest}`;
  };
  const take = (place) => {
    const company = found[place];
    if (!company) return;
    input.value = "";
    told.textContent = "";
    close();
    pick(company);
  };
  const keys = {
    ArrowDown: () => mark(Math.min(active + 1, found.length - 1)),
    ArrowUp: () => mark(Math.max(active - 1, 0)),
    Enter: () => take(active),
    Escape: () => { input.value = ""; told.textContent = ""; close(); leave(); },
  };
  input.addEventListener("input", show);
  input.addEventListener("keydown", (event) => {
    if (!keys[event.key]) return;
    event.preventDefault();
    event.stopPropagation();
    keys[event.key]();
  });
  input.addEventListener("blur", () => setTimeout(close, 150));
  input.addEventListener("focus", () => { if (input.value) show(); });
  list.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    take([...list.children].indexOf(event.target.closest("li")));
  });
};

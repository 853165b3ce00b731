// The review at work: list, panel, filters, files around one store.
import { actsOf, now } from "./acts.js";
import { searchBox } from "./companies.js";
import { loaded, writerOf } from "./csv.js";
import { all, byId, idOf, make, named } from "./elements.js";
import { amountsInWords, count, plural, totalled } from "./format.js";
import { listenToKeys } from "./keys.js";
import { panelIn } from "./panel.js";
import { facetsOf, queueIn } from "./queue.js";
import { isStrong } from "./reviews.js";
import { bulkWords } from "./said.js";
import { isInstant, isSame, WORDS } from "./store.js";

const MOST_LISTED = 8;

const narrowing = (store, bands) => {
  const facets = facetsOf(store, bands);
  const chosen = { facet: "all", words: [] };
  const text = new Map();
  const textOf = (review) => {
    if (!text.has(review)) text.set(review, [review.id, review.name, ...review.candidates.flatMap((each) => [each.companyId, each.name, each.identifier])].join("\n").toLowerCase());
    return text.get(review);
  };
  return { facets, chosen, passes: (review) => facets[chosen.facet][1](review) && chosen.words.every((word) => textOf(review).includes(word)) };
};

const facetButtons = (place, { facets, chosen }, store, changed) => {
  const buttons = Object.entries(facets).map(([code, [title]]) => {
    const number = make("span", { class: "n" });
    const button = make("button", { type: "button", "data-facet": code, onclick: () => { chosen.facet = code; changed(); } }, title, " ", number);
    return { code, button, number };
  });
  place.replaceChildren(...buttons.map(({ button }) => button));
  return () => {
    for (const { code, button, number } of buttons) {
      number.textContent = count(store.reviews.filter(facets[code][1]).length);
      button.setAttribute("aria-pressed", String(chosen.facet === code));
    }
  };
};

const download = (text, name) => {
  const link = make("a", { href: URL.createObjectURL(new Blob([text], { type: "text/csv;charset=utf-8" })), download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
};

const tally = (store) => {
  const totals = new Map();
  for (const [review, { word }] of store.state.decisions) totals.set(word, (totals.get(word) ?? []).concat(review.amounts));
  const number = (word) => [...store.state.decisions.values()].filter((decision) => decision.word === word).length;
  const words = Object.keys(WORDS).filter(number).map((word) => {
    const freed = word === "approve" || word === "override" ? ` (${amountsInWords(totalled(totals.get(word) ?? []))})` : "";
    return `${count(number(word))} ${WORDS[word].toLowerCase()}${freed}`;
  });
  return [...words, `${count(store.reviews.length - store.state.decisions.size)} undecided`].join(" \u00b7 ");
};

/** What a bulk approval will do. */
const readyWords = (ready, rest) => {
  if (!ready.length) return "No undecided customer in the list has a strong suggestion.";
  const left = rest ? ` ${plural(rest, "other undecided customer in the list is", "other undecided customers in the list are")} not strong enough and ${rest === 1 ? "stays" : "stay"} undecided.` : "";
  const undo = ready.length === 1 ? "Undo takes this approval back." : `One undo takes all ${count(ready.length)} approvals back.`;
  return `This approves the best candidate of ${plural(ready.length, "customer", "customers")}. Blocked: ${amountsInWords(totalled(ready.flatMap((review) => review.amounts)))}.${left} ${undo}`;
};

const bulk = (dialog, { store, bands, queue, settle }) => {
  const [words, list] = [dialog.querySelector("#bulk-text"), dialog.querySelector("#bulk-list")];
  let ready = [];
  dialog.addEventListener("close", () => {
    if (dialog.returnValue !== "approve") return;
    // another tab may have decided meanwhile
    const open = ready.filter((review) => !store.decision(review));
    settle(open.map((review) => [review, { word: "approve", companyId: review.candidates[0].companyId, at: now() }]), bulkWords(open, ready.length - open.length));
  });
  return () => {
    const shown = queue.shown().filter((review) => !store.decision(review));
    ready = shown.filter((review) => isStrong(review, review.candidates[0], bands));
    words.textContent = readyWords(ready, shown.length - ready.length);
    list.replaceChildren(...ready.slice(0, MOST_LISTED).map((review) => make("li", {}, named(review.name), " \u2192 ", named(review.candidates[0].name))), ...(ready.length > MOST_LISTED ? [make("li", { class: "meta" }, `and ${count(ready.length - MOST_LISTED)} more`)] : []));
    dialog.querySelector("[value=approve]").disabled = !ready.length;
    dialog.returnValue = "";
    dialog.showModal();
  };
};

/** Asks which decision to keep where a file and this page differ; resolves to whether it is the file's. */
const whose = (dialog, differing) => new Promise((resolve) => {
  const more = differing.length - MOST_LISTED;
  dialog.querySelector("#load-text").textContent = `The file and this page decide ${plural(differing.length, "customer", "customers")} differently. Which ${differing.length === 1 ? "decision" : "decisions"} do you want to keep?`;
  dialog.querySelector("#load-list").replaceChildren(...differing.slice(0, MOST_LISTED).map(({ review }) => make("li", {}, named(review.name), " ", idOf(review.id))), ...(more > 0 ? [make("li", { class: "meta" }, `and ${count(more)} more`)] : []));
  dialog.addEventListener("close", () => resolve(dialog.returnValue === "file"), { once: true });
  dialog.returnValue = "";
  dialog.showModal();
});

const differs = (store) => ({ review, decision, note }) => {
  const [held, noted] = [store.decision(review), store.note(review)];
  return (held !== null && !isSame(held, decision)) || Boolean(note && noted && note !== noted);
};

const unproposedIn = (decided, store, bands) => {
  const number = decided.filter((review) => store.decision(review).word === "override").length;
  return number && !bands.allow_override ? ` --allow-override (${plural(number, "company was", "companies were")} not proposed)` : "";
};

const files = ({ store, writer, companies, content, say, reader }) => ({
  download() {
    const { reviewer } = reader();
    const decided = store.reviews.filter((review) => store.decision(review));
    if (!decided.length) return say("There are no decisions to download yet.");
    const rows = decided.flatMap((review) => writer.rows(review, store.decision(review), { reviewer, note: store.note(review) }));
    const name = `decisions-${content.run.run_id}.csv`;
    download(writer.text(rows), name);
    return say(`Downloaded ${name} with ${plural(decided.length, "decision", "decisions")} in ${plural(rows.length, "row", "rows")}. Next: billsight mappings import ${name}${unproposedIn(decided, store, content.run)}.`);
  },
  async load(file) {
    const found = loaded(await file.text(), store, companies.get);
    if (!found.isOurs) return say(`${file.name} is not a decisions file: it needs the columns decision and acct_customer_id.`);
    if (found.isDoubled) return say(`${file.name} was not loaded: it has a column twice. Keep only the column that the run wrote.`);
    const differing = found.changes.filter(differs(store));
    const isFiles = !differing.length || await whose(byId("load-ask"), differing);
    const taken = found.changes.filter((change) => isFiles || !differing.includes(change));
    taken.filter(({ note }) => note).forEach(({ review, note }) => store.annotate(review, note));
    store.decide(taken.map(({ review, decision }) => [review, { ...decision, at: isInstant(decision.at) ? decision.at : now() }]));
    const others = [[found.changed, "with changed evidence"], [found.unknown, "for customers that need no decision"], [found.unclear, "with rows that contradict each other or name no known company"], [found.changes.length - taken.length, "decided differently on this page"]];
    const left = others.filter(([number]) => number).map(([number, why]) => `${count(number)} ${why}`);
    return say(`${plural(taken.length, "decision", "decisions")} loaded.${left.length ? ` Left out: ${left.join(", ")}.` : ""}`);
  },
});

const saying = (live, visible) => (text) => {
  live.textContent = text;
  visible.textContent = text;
};

const readerOf = (memory) => {
  const kept = { areKeysOn: true, reviewer: "", ...memory.reader() };
  return { get: () => kept, set(more) { memory.keepReader(Object.assign(kept, more)); } };
};

const sayHowItIsKept = (memory, element) => {
  element.textContent = memory.isKept ? "Saved in this browser" : "NOT saved: this browser does not store anything for this page. Download before you close it.";
  element.classList.toggle("is-bad", !memory.isKept);
};

const startFields = ({ filter, queue, reader, load }) => {
  byId("queue-find").addEventListener("input", ({ target }) => {
    filter.chosen.words = target.value.toLowerCase().split(/\s+/).filter(Boolean);
    queue.narrow();
  });
  byId("reviewer").value = reader.get().reviewer;
  byId("reviewer").addEventListener("input", ({ target }) => reader.set({ reviewer: target.value }));
  byId("load").addEventListener("change", async ({ target }) => {
    if (target.files[0]) await load(target.files[0]);
    target.value = "";
  });
};

const startSearch = ({ store, companies, queue }) =>
  searchBox({ input: byId("company-search"), list: byId("company-list"), told: byId("company-told") }, companies, {
    pick(company) {
      store.choose(company.id);
      byId("panel").querySelector("[data-do=approve]").focus();
    },
    leave: () => queue.focus(),
  });

/** Start the review: list, panel, search, keys and files around one store. */
export const startReview = (section, { store, memory, companies, content, showInvoices }) => {
  const bands = content.run;
  const say = saying(byId("spoken"), byId("said"));
  const reader = readerOf(memory);
  const filter = narrowing(store, bands);
  const queue = queueIn(byId("queue"), store, { bands, passes: filter.passes });
  const showPanel = panelIn(byId("panel"), store, { companies, bands, showInvoices });
  const writer = writerOf(content, companies.get);
  const { download: save, load } = files({ store, writer, companies, content, say, reader: reader.get });
  const { acts, settle } = actsOf({ store, queue, companies, bands, say });
  Object.assign(acts, { bulk: bulk(byId("bulk"), { store, bands, queue, settle }), download: save });
  all("[data-do]", section).forEach((button) => button.addEventListener("click", () => acts[button.dataset.do]()));
  const showFacets = facetButtons(byId("facets"), filter, store, () => { queue.narrow(); showFacets(); });
  startSearch({ store, companies, queue });
  startFields({ filter, queue, reader, load });
  listenToKeys(section, acts, reader);
  const show = () => {
    queue.show();
    showPanel();
    showFacets();
    byId("tally").textContent = tally(store);
    sayHowItIsKept(memory, byId("kept"));
    all("[data-do=undo]", section).forEach((button) => { button.disabled = !store.canUndo(); });
  };
  store.onChange(show);
  show();
  addEventListener("beforeunload", (event) => { if (!memory.isKept && store.state.decisions.size) event.preventDefault(); });
  return { focus: queue.focus };
};

// The panel beside the list: who the customer is, which companies it may be, and the evidence for each.
import { askingWords, decisionWords, importWords, twins } from "./asking.js";
import { outOfUse } from "./companies.js";
import { all, drawn, idOf, make, named } from "./elements.js";
import { amountsInWords, certainty, pastDue, plural, points, totalled } from "./format.js";
import { alikeTo, isTie, leadOf, spoken } from "./reviews.js";

const fact = (title, ...content) => make("div", {}, make("dt", {}, title), make("dd", {}, ...content));

const bar = (number, top) => {
  const width = top ? (50 * Math.abs(number)) / top : 0;
  return drawn("svg", { viewBox: "0 0 100 8", preserveAspectRatio: "none", focusable: "false" },
    drawn("rect", { class: "axis", x: 49.6, y: 0, width: 0.8, height: 8 }),
    drawn("rect", { class: number >= 0 ? "plus" : "minus", x: number >= 0 ? 50 : 50 - width, y: 1, width, height: 6 }));
};

const evidenceRow = (top) => ({ kind, points: number, verdict, detail }) =>
  make("tr", {},
    make("th", { scope: "row" }, spoken(kind), " ", make("span", { class: `verdict ${verdict}` }, verdict ?? "")),
    make("td", { class: "num" }, points(number)),
    make("td", { class: "plot", "aria-hidden": "true" }, bar(number, top)),
    make("td", { class: "detail" }, named(detail, "\u2013")));

const evidenceTable = (candidate) => {
  const parts = candidate.evidence().sort((a, b) => b.points - a.points);
  if (!parts.length) return make("p", { class: "note" }, "This candidate has no evidence.");
  const top = Math.max(...parts.map((part) => Math.abs(part.points)));
  return make("table", { class: "evidence" },
    make("caption", {}, "Evidence for ", named(candidate.name)),
    make("thead", {}, make("tr", {}, make("th", { scope: "col" }, "Evidence"), make("th", { scope: "col", class: "num" }, "Points"),
      make("td", { "aria-hidden": "true" }), make("th", { scope: "col" }, "What was compared"))),
    make("tbody", {}, ...parts.map(evidenceRow(top))),
    make("tfoot", {}, make("tr", {}, make("th", { scope: "row" }, "Score"), make("td", { class: "num score" }, points(candidate.score)),
      make("td", {}), make("td", { class: "meta" }, "sum of the points"))));
};

// less is written as 0.0 %
const LEAST_LEAD = 0.0005;

const candidateChoice = (review, candidate, { place, isChosen, choose }) => {
  const lead = leadOf(review, candidate);
  const ahead = Math.abs(lead) < LEAST_LEAD ? "as likely as another" : lead > 0 ? `${certainty(lead)} ahead` : `${certainty(-lead)} behind`;
  return make("label", { class: isChosen ? "choice chosen" : "choice" },
    make("input", { type: "radio", name: "candidate", value: candidate.companyId, checked: isChosen, "data-key": `choice-${place}`, onchange: () => choose(candidate.companyId) }),
    make("span", { class: "rank", "aria-hidden": "true" }, String(place)),
    make("span", { class: "grow" }, make("strong", {}, named(candidate.name)), " ", idOf(candidate.companyId), " ", ...outOfUse(candidate),
      make("span", { class: "meta line" }, [candidate.city, candidate.identifier].filter(Boolean).join(" \u00b7 "))),
    make("span", { class: "sure" }, `${certainty(candidate.certainty)}`, make("span", { class: "meta line" }, review.candidates.length > 1 ? ahead : "only candidate")));
};

const otherChoice = (company) =>
  make("label", { class: "choice chosen" },
    make("input", { type: "radio", name: "candidate", value: company.id, checked: true, "data-key": "choice-other" }),
    make("span", { class: "rank", "aria-hidden": "true" }, "+"),
    make("span", { class: "grow" }, make("strong", {}, named(company.name)), " ", idOf(company.id), " ", ...outOfUse(company),
      make("span", { class: "meta line" }, [company.city, company.domain].filter(Boolean).join(" \u00b7 "))),
    make("span", { class: "sure" }, make("span", { class: "meta" }, "your search")));

const MAPPED_BY = { judgement: "by a reviewed decision", portal: "in the portal", certainty: "by the run, on certain evidence" };

const facts = (review) => [
  fact("Blocked", amountsInWords(totalled(review.amounts)), make("span", { class: "meta" }, review.invoices ? ` in ${plural(review.invoices, "invoice", "invoices")}, oldest ${pastDue(review.oldest)}` : "")),
  review.mappedTo || review.mappedId ? fact("Mapped to", named(review.mappedTo, "company"), " ", idOf(review.mappedId), make("span", { class: "meta" }, review.source ? ` ${MAPPED_BY[review.source] ?? review.source}` : "")) : null,
  review.conflictId ? fact("Evidence points to", named(review.conflictName), " ", idOf(review.conflictId)) : null,
  review.reason || review.cause ? fact("Reason", review.reason || review.cause.title) : null,
];

/** What is chosen for a review: a candidate, or a company that the reader found. Of a tie nothing is chosen beforehand. */
export const chosenFor = (store, review, { companies, bands }) => {
  const id = store.state.chosen.get(review) ?? store.decision(review)?.companyId ?? (isTie(review, bands) ? undefined : review.candidates[0]?.companyId);
  const candidate = review.candidates.find((each) => each.companyId === id) ?? null;
  return { candidate, other: candidate || id === undefined ? null : companies.get(id) };
};

const remedy = ({ cause }) =>
  cause && make("details", { class: "remedy" }, make("summary", {}, "What to do in the portal"),
    make("dl", { class: "fix" }, fact("Who", cause.who), fact("Today\u2019s portal", cause.fix_current), cause.fix_legacy === cause.fix_current ? null : fact("Legacy portal", cause.fix_legacy)));

// nothing is chosen for a tie: what tells its companies apart stands where the evidence would
const tied = (review, bands) => {
  const [best] = review.candidates;
  return best && make("div", { class: "note tie" }, make("p", {}, "These companies fit about equally well. One may be a duplicate. Compare them in ConnectWise, then choose one by its number or mark the customer as unsure."),
    twins(alikeTo(review, best, bands), { isChosen: false }));
};

const beneath = (review, { candidate, other }, bands) => {
  if (candidate) return evidenceTable(candidate);
  return other ? make("p", { class: "note" }, `This company was not proposed, so there is no evidence for it. Map to it only if you know that it is right. ${importWords(bands)}`) : tied(review, bands);
};

/** The panel in its place; everything in it is drawn anew from the store. */
export const panelIn = (place, store, { companies, bands, showInvoices }) => {
  const [title, body] = [place.querySelector("#panel-title"), place.querySelector("#panel-body")];
  const buttons = Object.fromEntries(all("[data-do]", place).map((button) => [button.dataset.do, button]));
  const [note, ask] = [place.querySelector("#note"), place.querySelector("#ask")];
  let noted = null;
  note.addEventListener("input", () => { if (noted) store.annotate(noted, note.value); });
  const content = (review, chosen) => [
    make("dl", { class: "facts" }, ...facts(review)),
    make("fieldset", { class: "choices" }, make("legend", {}, review.candidates.length ? "ConnectWise candidates" : "No candidate. Search for a company, or choose \u201cNot a customer\u201d"),
      ...review.candidates.map((each, at) => candidateChoice(review, each, { place: at + 1, isChosen: each === chosen.candidate, choose: store.choose })),
      chosen.other ? otherChoice(chosen.other) : null),
    beneath(review, chosen, bands),
    remedy(review),
    review.invoices ? make("button", { type: "button", class: "link", "data-key": "its-invoices", onclick: () => showInvoices(review) }, "Show its invoices") : null,
  ];
  const showAsking = () => {
    const { asking } = store.state;
    const wasHidden = ask.hidden;
    ask.hidden = asking === null;
    if (!asking) return;
    ask.querySelector("#ask-text").replaceChildren(...askingWords(asking, companies, bands));
    buttons.confirm.querySelector(".label").textContent = asking.held ? "Replace the decision" : "Map to this company";
    if (wasHidden) buttons.back.focus();
  };
  const showButtons = (review, { candidate, other }) => {
    buttons.approve.querySelector(".label").textContent = other ? "Map to this company" : "Approve";
    buttons.approve.disabled = !candidate && !other;
    buttons.reject.disabled = !review.candidates.length;
    buttons.clear.disabled = !store.decision(review);
  };
  return () => {
    const review = store.review();
    place.classList.toggle("is-empty", !review);
    all("button, input", place.querySelector(".actions")).forEach((each) => { each.disabled = !review; });
    if (noted !== review || document.activeElement !== note) note.value = review ? store.note(review) : "";
    noted = review;
    showAsking();
    if (!review) {
      title.replaceChildren("No customer matches the filter");
      body.replaceChildren();
      return;
    }
    const key = body.contains(document.activeElement) ? document.activeElement.dataset.key : null;
    const chosen = chosenFor(store, review, { companies, bands });
    const decision = store.decision(review);
    title.replaceChildren(named(review.name), " ", idOf(review.id), " ", make("span", { class: `decision ${decision?.word ?? ""}` }, decision ? decisionWords(decision, review, companies) : "Undecided"));
    body.replaceChildren(...content(review, chosen).filter(Boolean));
    if (key) body.querySelector(`[data-key="${key}"]`)?.focus();
    showButtons(review, chosen);
  };
};

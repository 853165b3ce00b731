// The one place that knows what is selected, chosen and decided. Grid and panel only show it.

/** What can be decided, and how it is shown. */
export const WORDS = { approve: "Approved", override: "Mapped", reject: "Rejected", exclude: "Excluded", unsure: "Unsure", snooze: "Snoozed" };

export const isInstant = (text) => !Number.isNaN(Date.parse(text));

// any page of this disk can write into the browser's memory: what has not our shape is not ours
const isOurs = (decision, review) =>
  Boolean(review) && decision?.fingerprint === review.fingerprint && Object.hasOwn(WORDS, decision.word) && isInstant(decision.at)
  && (decision.word !== "reject" || Array.isArray(decision.companies)) && typeof (decision.companyId ?? "") === "string";

const listed = (content) => (Array.isArray(content) ? content.filter(Array.isArray) : []);

/** State of the review; whoever changes it does so here, and everybody who shows it is told. */
export const storeOf = (reviews, memory) => {
  const byId = new Map(reviews.map((review) => [review.id, review]));
  const listeners = [];
  const undone = [];
  const state = { selected: reviews[0]?.id ?? null, chosen: new Map(), decisions: new Map(), notes: new Map(), asking: null };

  const tell = () => listeners.forEach((listener) => listener(state));
  const save = () => memory.keepDecisions({ decisions: [...state.decisions], notes: [...state.notes].filter(([, note]) => note) });
  const put = (id, decision) => (decision ? state.decisions.set(id, decision) : state.decisions.delete(id));

  const remember = () => {
    const kept = memory.decisions();
    // the evidence is tonight's: a decision on other evidence is not taken over
    for (const [id, decision] of listed(kept.decisions)) if (isOurs(decision, byId.get(id))) state.decisions.set(id, decision);
    for (const [id, note] of listed(kept.notes)) if (byId.has(id)) state.notes.set(id, String(note));
  };
  remember();

  return {
    state,
    reviews,
    review: (id = state.selected) => byId.get(id) ?? null,
    decision: (id) => state.decisions.get(id) ?? null,
    note: (id) => state.notes.get(id) ?? "",
    onChange: (listener) => listeners.push(listener),
    select(id) {
      if (id === state.selected) return;
      Object.assign(state, { selected: id, asking: null });
      tell();
    },
    choose(companyId) {
      if (state.selected === null) return;
      state.chosen.set(state.selected, companyId);
      state.asking = null;
      tell();
    },
    ask(asking) {
      state.asking = asking;
      tell();
    },
    /** Decisions that belong together: one undo takes all of them back. `next` is selected at the same moment. */
    decide(changes, next = state.selected) {
      if (!changes.length) return;
      undone.push({ selected: state.selected, before: changes.map(([id]) => [id, state.decisions.get(id) ?? null]) });
      changes.forEach(([id, decision]) => put(id, decision && { ...decision, fingerprint: byId.get(id).fingerprint }));
      Object.assign(state, { selected: next, asking: null });
      save();
      tell();
    },
    annotate(id, note) {
      state.notes.set(id, note);
      save();
    },
    undo() {
      const last = undone.pop();
      if (!last) return 0;
      last.before.forEach(([id, decision]) => put(id, decision));
      Object.assign(state, { selected: last.selected, asking: null });
      save();
      tell();
      return last.before.length;
    },
    canUndo: () => undone.length > 0,
  };
};

// The one place that knows what is selected, chosen and decided. Grid and panel only show it.
// A customer is held as its review, never as a text: names and ids of the data may be anything.

/** What can be decided, and how it is shown. */
export const WORDS = { approve: "Approved", override: "Mapped", reject: "Rejected", exclude: "Excluded", unsure: "Unsure", snooze: "Snoozed" };

export const isInstant = (text) => !Number.isNaN(Date.parse(text));

// any page of this disk can write into the browser's memory: what has not our shape is not ours
const isOurs = (decision, review) =>
  Boolean(review) && decision?.fingerprint === review.fingerprint && Object.hasOwn(WORDS, decision.word) && isInstant(decision.at)
  && (decision.word !== "reject" || Array.isArray(decision.companies)) && typeof (decision.companyId ?? "") === "string";

const listed = (content) => (Array.isArray(content) ? content.filter(Array.isArray) : []);

const SNOOZE_DAYS = 14;

/** The day on which a snooze ends, as 2026-12-01; null for any other decision. */
export const untilOf = (decision) => {
  if (decision?.word !== "snooze") return null;
  if (decision.until) return decision.until;
  const end = new Date(decision.at ?? Date.now());
  end.setUTCDate(end.getUTCDate() + SNOOZE_DAYS);
  return end.toISOString().slice(0, 10);
};

/** Whether two decisions say the same, whoever made them and whenever. */
export const isSame = (one, other) =>
  one?.word === other?.word && (one?.companyId ?? null) === (other?.companyId ?? null) && untilOf(one) === untilOf(other)
  && JSON.stringify([...(one?.companies ?? [])].sort()) === JSON.stringify([...(other?.companies ?? [])].sort());

const put = (map, key, value) => (value ? map.set(key, value) : map.delete(key));

/** Reads and writes what the browser keeps; another tab may have the same page open, so only what changed is written. */
const keeping = (reviews, memory, state) => {
  const byId = new Map(reviews.map((review) => [review.id, review]));
  const read = () => {
    const kept = memory.decisions();
    state.decisions.clear();
    state.notes.clear();
    // a decision on other evidence than tonight's is not taken over
    for (const [id, decision] of listed(kept.decisions)) if (isOurs(decision, byId.get(id))) state.decisions.set(byId.get(id), decision);
    for (const [id, note] of listed(kept.notes)) if (byId.has(id)) state.notes.set(byId.get(id), String(note));
  };
  const save = (changed) => {
    const kept = memory.isKept ? memory.decisions() : {};
    const [decisions, notes] = [new Map(listed(kept.decisions)), new Map(listed(kept.notes))];
    for (const review of memory.isKept ? changed : reviews) {
      put(decisions, review.id, state.decisions.get(review));
      put(notes, review.id, state.notes.get(review));
    }
    memory.keepDecisions({ decisions: [...decisions], notes: [...notes] });
  };
  return { read, save, find: (id) => byId.get(id) ?? null };
};

/** State of the review; whoever changes it does so here, and everybody who shows it is told. */
export const storeOf = (reviews, memory) => {
  const listeners = [];
  const undone = [];
  const state = { selected: reviews[0] ?? null, chosen: new Map(), decisions: new Map(), notes: new Map(), asking: null };
  const { read, save, find } = keeping(reviews, memory, state);
  const tell = () => listeners.forEach((listener) => listener(state));
  const move = (selected, changed) => {
    Object.assign(state, { selected, asking: null });
    save(changed);
    tell();
  };
  read();
  memory.onOthers(() => {
    state.asking = null;
    read();
    tell();
  });

  return {
    state, reviews, find,
    review: () => state.selected,
    decision: (review) => state.decisions.get(review) ?? null,
    note: (review) => state.notes.get(review) ?? "",
    onChange: (listener) => listeners.push(listener),
    select(review) {
      if (review === state.selected) return;
      Object.assign(state, { selected: review, asking: null });
      tell();
    },
    choose(companyId) {
      if (!state.selected) return;
      state.chosen.set(state.selected, companyId);
      state.asking = null;
      tell();
    },
    /** Ask about a decision before it is made; null takes the question back. */
    ask(asking) {
      state.asking = asking;
      tell();
    },
    /** Decisions that belong together: one undo takes all of them back. `next` is selected at the same moment. */
    decide(changes, next = state.selected) {
      if (!changes.length) return;
      const before = changes.map(([review]) => state.decisions.get(review) ?? null);
      changes.forEach(([review, decision]) => put(state.decisions, review, decision && { ...decision, fingerprint: review.fingerprint }));
      undone.push({ selected: state.selected, changes: changes.map(([review, decision], place) => ({ review, decision, before: before[place] })) });
      move(next, changes.map(([review]) => review));
    },
    annotate(review, note) {
      state.notes.set(review, note);
      save([review]);
    },
    /** Takes the last act back, but for what another tab decided since: its `own` changes, how many `others`; null if there is none. */
    undo() {
      const last = undone.pop();
      if (!last) return null;
      const own = last.changes.filter(({ review, decision }) => isSame(state.decisions.get(review), decision));
      own.forEach(({ review, before }) => put(state.decisions, review, before));
      move(last.selected, own.map(({ review }) => review));
      return { own, others: last.changes.length - own.length };
    },
    canUndo: () => undone.length > 0,
  };
};

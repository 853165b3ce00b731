// What this browser remembers of a run: decisions and notes by id, no names beside it and no addresses.

const PREFIX = "billsight:v1:";
const KEPT_DAYS = 30;

const forgetOld = (shelf, now) => {
  for (const key of Object.keys(shelf)) {
    if (!key.startsWith(PREFIX) || key === `${PREFIX}reader`) continue;
    let savedAt = 0;
    try { savedAt = JSON.parse(shelf.getItem(key)).saved_at ?? 0; } catch { /* not ours to read: it goes */ }
    if (now - savedAt > KEPT_DAYS * 86_400_000) shelf.removeItem(key);
  }
};

const shelfOf = () => {
  try {
    const shelf = window.localStorage;
    shelf.setItem(`${PREFIX}try`, "1");
    shelf.removeItem(`${PREFIX}try`);
    return shelf;
  } catch {
    return null;
  }
};

/** A place for the decisions on one run of one provider, and one for the reader's own settings. */
export const memoryOf = ({ site, run_id }) => {
  const shelf = shelfOf();
  const runKey = `${PREFIX}${site}:${run_id}`;
  const memory = { isKept: Boolean(shelf) };
  if (shelf) forgetOld(shelf, Date.now());
  const read = (key) => {
    try { return JSON.parse(shelf?.getItem(key) ?? "null") ?? {}; } catch { return {}; }
  };
  const write = (key, content) => {
    if (!shelf) return;
    try {
      shelf.setItem(key, JSON.stringify(content));
      memory.isKept = true;
    } catch {
      memory.isKept = false;
    }
  };
  return Object.assign(memory, {
    decisions: () => read(runKey),
    keepDecisions: (content) => write(runKey, { ...content, saved_at: Date.now() }),
    // the browser says so in every other tab that has this page open
    onOthers: (listener) => addEventListener("storage", ({ key, storageArea }) => { if (shelf && storageArea === shelf && key === runKey) listener(); }),
    reader: () => read(`${PREFIX}reader`),
    keepReader: (content) => write(`${PREFIX}reader`, content),
  });
};

// Decisions as a file with exactly the columns of mapping_fixes.csv, and such a file read back.
import { readers } from "./columns.js";
import { bare } from "./reviews.js";
import { untilOf, WORDS } from "./store.js";

const SPACE = "\\u{00}-\\u{20}\\u{7F}-\\u{A0}\\u{AD}\\u{1680}\\u{180E}\\u{2000}-\\u{200F}\\u{2028}-\\u{202F}\\u{205F}-\\u{206F}\\u{3000}\\u{FEFF}";
const SIGN = "=+\\-@\\|%\\u{FF1D}\\u{FF0B}\\u{FF0D}\\u{FF20}\\u{FF5C}\\u{FF05}\\u{2212}\\u{FE62}\\u{FE63}\\u{FE66}\\u{FE6B}";
// the same as FORMULA in etl/csv_guard.py; a test holds them together
const FORMULA = `(?:[\\u{00}\\u{09}\\u{0A}\\u{0D}]|[${SPACE}]*[${SIGN}])`;
const MARKED = new RegExp(`^'*${FORMULA}`, "u");
const GUARDED = new RegExp(`^'(?='*${FORMULA})`, "u");
/** The columns of a file that are read back, without separators. */
const READ = ["decision", "acctcustomerid", "cwcompanyid", "rowfp", "decidedat", "note"];
const NUMBERS = new Set(["schema", "score", "rank", "certainty", "lead", "alternatives", "open_invoices"]);

/** A text with an apostrophe where a spreadsheet would take it for a formula, or for a text that got one. */
export const guarded = (text) => (MARKED.test(text) ? `'${text}` : text);

/** The text before the guard. */
export const unguarded = (text) => text.replace(GUARDED, "");

const cell = (name, text) => `"${(NUMBERS.has(name) ? text : guarded(text)).replaceAll('"', '""')}"`;

const evidenceWords = (candidate) =>
  candidate.evidence().map(({ kind, written, detail }) => `${kind} ${Number(written) > 0 ? "+" : ""}${written} (${detail ?? ""})`).join("; ");

/** The longest piece of a name without punctuation: what the portal's search finds best. */
const searchHint = (name) =>
  (name.match(/[\p{L}\p{N}]+(?: [\p{L}\p{N}]+)*/gu) ?? []).reduce((best, piece) => ([...piece].length > [...best].length ? piece : best), "");

/** What a mapping to a company that was not proposed says instead of the proposal's own cells. */
const overridden = (company) => ({
  cw_company_id: `CW-${company.id}`, cw_company_name: company.name ?? "", cw_company_identifier: company.identifier ?? "",
  score: "", rank: "", certainty: "", lead: "", evidence: "", cb_search_hint: "",
});

/** The decision as the import reads it; a snooze names the day on which it ends. */
const written = (decision) => (decision.word === "snooze" ? `snooze:${untilOf(decision)}` : decision.word);

/** Writes the rows of decisions; `company` finds a company by its id. */
export const writerOf = (content, company) => {
  const fixes = readers(content.fixes);
  const base = (review, row) => {
    const told = { schema: "2", run_id: content.run.run_id };
    for (const name of content.header) if (fixes[name]) told[name] = fixes[name](row);
    const candidate = review.candidates.find((each) => each.row === row);
    if (!candidate) return { ...told, row_id: `${told.acct_customer_id}/NONE` };
    const company = {
      cw_company_id: `CW-${candidate.companyId}`, cw_company_name: candidate.name ?? "",
      cw_company_identifier: candidate.identifier ?? "", cb_search_hint: searchHint(candidate.name ?? ""),
    };
    return { ...told, ...company, row_id: `${told.acct_customer_id}/${company.cw_company_id}`, evidence: evidenceWords(candidate) };
  };
  const rowsOf = (review, { word, companyId, companies }) => {
    if (word === "approve") return review.candidates.filter((each) => each.companyId === companyId).map((each) => each.row);
    if (word === "reject") return review.candidates.filter((each) => companies.includes(each.companyId)).map((each) => each.row);
    return review.rows.slice(0, 1);
  };
  const told = (review, decision, { reviewer, note }) =>
    rowsOf(review, decision).map((row) => ({
      ...base(review, row),
      ...(decision.word === "override" ? overridden(company(decision.companyId)) : {}),
      decision: written(decision), reviewer, decided_at: decision.at, note,
    }));
  return {
    rows: told,
    text: (rows) =>
      `\uFEFF${[Object.fromEntries(content.header.map((name) => [name, name])), ...rows]
        .map((row) => content.header.map((name) => cell(name, row[name] ?? "")).join(","))
        .join("\r\n")}\r\n`,
  };
};

/** Cells of a delimited text, quoted as RFC 4180 has it; the delimiter is the one that its first line has most of. */
const parsed = (text) => {
  const content = text.replace(/^\uFEFF/, "");
  const firstLine = content.split(/\r?\n/, 1)[0];
  const delimiter = [",", ";", "\t"].map((each) => [firstLine.split(each).length, each]).sort((a, b) => b[0] - a[0])[0][1];
  const rows = [[]];
  let value = "";
  let isQuoted = false;
  const end = () => { rows.at(-1).push(value); value = ""; };
  for (let place = 0; place < content.length; place += 1) {
    const letter = content[place];
    if (isQuoted) {
      if (letter !== '"') value += letter;
      else if (content[place + 1] === '"') { value += '"'; place += 1; } else isQuoted = false;
    } else if (letter === '"' && value === "") isQuoted = true;
    else if (letter === delimiter) end();
    else if (letter === "\n") { end(); rows.push([]); }
    else if (letter !== "\r") value += letter;
  }
  end();
  return rows.filter((row) => row.some((each) => each !== ""));
};

const read = (lines, review, company) => {
  const words = new Set(lines.map((line) => line.word));
  const companies = [...new Set(lines.map((line) => line.companyId))];
  const [{ word, at, companyId, until }] = lines;
  if (words.size > 1 || ((word === "approve" || word === "override") && companies.length > 1)) return null;
  if (word === "reject") return { word, companies, at };
  if (word === "snooze" && until && !/^\d{4}-\d{2}-\d{2}$/.test(until)) return null;
  if (word !== "approve" && word !== "override") return { word, at, until };
  const isProposed = review.candidates.some((each) => each.companyId === companyId);
  if (!isProposed && !company(companyId)) return null;
  return { word: isProposed ? "approve" : "override", companyId, at };
};

/** Whether a line has the fingerprint of the row that it decides; a company that was not proposed has no row. */
const isOfItsRow = (line, review) => {
  const own = review.candidates.find((each) => each.companyId === line.companyId);
  return own ? own.fingerprint === line.fingerprint : review.fingerprints.has(line.fingerprint);
};

/** A heading as this page writes it, however a spreadsheet wrote it: the import folds headings in the same way. */
const folded = (heading) => heading.normalize("NFKC").toLowerCase().replace(/[^a-z0-9_]/g, "");

/** Whether a column that is read is there twice, with or without separators: nobody knows which one counts. */
const isDoubled = (names) => READ.some((name) => names.filter((each) => each.replaceAll("_", "") === name).length > 1);

/**
 * Decisions out of a file: on reviews whose evidence is still the same. The others are counted, never taken over:
 * `changed` evidence, `unknown` customers, `unclear` lines that contradict each other or name no such company.
 */
export const loaded = (text, store, company) => {
  const [header = [], ...rows] = parsed(text);
  const names = header.map(folded);
  const found = { changes: [], changed: 0, unknown: 0, unclear: 0, isOurs: names.includes("decision") && names.includes("acct_customer_id"), isDoubled: isDoubled(names) };
  const lines = new Map();
  for (const row of found.isOurs && !found.isDoubled ? rows : []) {
    const line = Object.fromEntries(names.map((name, place) => [name, row[place] ?? ""]));
    const [word, until] = line.decision.trim().toLowerCase().split(":");
    if (!word) continue;
    const id = bare(line.acct_customer_id);
    const told = { word, fingerprint: line.row_fp, companyId: bare(line.cw_company_id ?? ""), at: line.decided_at, until, note: line.note };
    lines.set(id, [...(lines.get(id) ?? []), told]);
  }
  for (const [id, told] of lines) {
    const review = store.find(id);
    const decision = review && told.every((line) => Object.hasOwn(WORDS, line.word)) ? read(told, review, company) : null;
    if (!review) found.unknown += 1;
    else if (!told.every((line) => isOfItsRow(line, review))) found.changed += 1;
    else if (!decision) found.unclear += 1;
    else found.changes.push({ review, decision, note: unguarded(told[0].note ?? "") });
  }
  return found;
};

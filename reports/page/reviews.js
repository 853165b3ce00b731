// The customers whose mapping a person can decide, each with its candidates and their evidence.
import { readers } from "./columns.js";

/** An id without the mark of its system, nor the guard against formulas. */
export const bare = (id) => id.replace(/^'/, "").replace(/^(ACCT|CW)-/i, "");

const numberOf = (text) => (text === "" ? null : Number(text));

const evidenceReader = ({ parts: packed, counts }) => {
  const parts = readers(packed);
  let sum = 0;
  const ends = counts.map((number) => { sum += number; return sum; });
  const contradicting = (row) => {
    const kinds = [];
    for (let place = ends[row] - counts[row]; place < ends[row]; place += 1) if (parts.verdict(place) === "contradicts") kinds.push(parts.kind(place));
    return kinds;
  };
  const told = (row, names) => {
    const found = [];
    for (let place = ends[row] - counts[row]; place < ends[row]; place += 1) {
      const written = parts.points(place);
      // the marks that etl/report/page_data.py put in place of the names
      const detail = parts.detail(place).replace(/[\x01\x02]/g, (mark) => names[mark === "\x01" ? 0 : 1]);
      found.push({ kind: parts.kind(place), points: Number(written), written, verdict: parts.verdict(place), detail });
    }
    return found;
  };
  return { told, contradicting };
};

const candidateOf = (row, { fixes, evidence, companies }) => {
  const company = companies.at(fixes.company(row));
  return {
    ...company, row, companyId: company.id, fingerprint: fixes.row_fp(row),
    certainty: numberOf(fixes.certainty(row)), lead: numberOf(fixes.lead(row)), score: numberOf(fixes.score(row)),
    contradicting: evidence.contradicting(row),
    evidence: () => evidence.told(row, [fixes.acct_customer_name(row), company.name]),
  };
};

const reviewOf = (rows, tables) => {
  const { fixes } = tables;
  const [first] = rows;
  const id = bare(fixes.acct_customer_id(first));
  const [, cause, mappedTo, source, conflictId, conflictName, oldest, amounts = []] = tables.queue.get(id) ?? [];
  return {
    id, rows, cause: tables.causes[cause] ?? null, mappedTo, source: source ?? null, conflictId, conflictName, oldest: oldest ?? null,
    name: fixes.acct_customer_name(first),
    // that of the first row changes with the evidence of any candidate, so it is the customer's, too
    fingerprint: fixes.row_fp(first), fingerprints: new Set(rows.map((row) => fixes.row_fp(row))),
    mappedId: bare(fixes.current_cw_company_id(first)),
    reason: fixes.reason(first),
    amounts: amounts.map(([currency, amount, invoices, unknown = 0]) => ({ currency, amount, invoices, unknown })),
    largest: Math.max(0, ...amounts.map(([, amount]) => Number(amount))),
    invoices: amounts.reduce((sum, [, , invoices]) => sum + invoices, 0),
    candidates: rows.filter((row) => fixes.company(row) >= 0).map((row) => candidateOf(row, tables)),
  };
};

/** Every review, the largest blocked amount first, as the queue has them; then those that block nothing. */
export const reviewsOf = (content, companies) => {
  const fixes = readers(content.fixes);
  const tables = {
    fixes, companies, causes: content.causes, evidence: evidenceReader(content.proposals),
    queue: new Map(content.customers.map((customer) => [customer[0], customer])),
  };
  const rowsOf = new Map();
  for (let row = 0; row < fixes.rows; row += 1) {
    const id = fixes.acct_customer_id(row);
    if (rowsOf.has(id)) rowsOf.get(id).push(row);
    else rowsOf.set(id, [row]);
  }
  const places = new Map([...tables.queue.keys()].map((id, place) => [id, place]));
  const place = (review) => places.get(review.id) ?? places.size;
  return [...rowsOf.values()].map((rows) => reviewOf(rows, tables)).sort((a, b) => place(a) - place(b));
};

/** How far a candidate is ahead of every other; a rival's lead is behind, so it is below zero. */
export const leadOf = (review, candidate) => {
  if (candidate === review.candidates[0] && candidate.lead !== null) return candidate.lead;
  const others = review.candidates.filter((other) => other !== candidate).map((other) => other.certainty);
  return candidate.certainty - Math.max(0, ...others);
};

/** The other candidates that fit better than this one, or about as well. */
export const rivalsOf = (review, candidate, bands) =>
  review.candidates.filter((other) => other !== candidate && candidate.certainty - other.certainty < bands.lead);

/** A company with the candidates that fit better or about as well; a company that was not proposed is alone. */
export const alikeTo = (review, company, bands) =>
  review.candidates.includes(company) ? [company, ...rivalsOf(review, company, bands)] : [company];

/** Whether nothing tells the best candidate from the next: then none is chosen until a person chooses. */
export const isTie = (review, bands) => {
  const [best] = review.candidates;
  return review.candidates.length > 1 && (leadOf(review, best) < bands.lead || rivalsOf(review, best, bands).length > 0);
};

// by certainty it is mapped here only: the portal is still to be told
const isMappedThere = (review, candidate) => review.mappedId === candidate.companyId && review.source !== null && review.source !== "certainty";

/** A kind of evidence in words: `email_domain` as `Email domain`. */
export const spoken = (kind) => kind.replaceAll("_", " ").replace(/^./u, (letter) => letter.toUpperCase());

/** Why a question comes before the approval of this candidate; nothing for one that is strong enough. */
export const weaknesses = (review, candidate, bands) => {
  const lead = leadOf(review, candidate);
  return [
    candidate.certainty < bands.weak ? "it is more likely wrong than right" : null,
    lead <= -bands.lead ? "another candidate is more likely" : isTie(review, bands) || rivalsOf(review, candidate, bands).length ? "another candidate is about as likely" : null,
    candidate.contradicting.length ? `evidence contradicts it (${candidate.contradicting.map(spoken).join(", ").toLowerCase()})` : null,
    candidate.isDeleted ? "the company is in the recycle bin" : null,
    candidate.isInactive ? "the company is inactive" : null,
    isMappedThere(review, candidate) ? "the customer is already mapped to it, and its invoices are still blocked" : null,
    review.conflictId ? "the customer is mapped to another company, and a wrong mapping shows a client\u2019s invoices to another" : null,
  ].filter(Boolean);
};

/** What a glance and one approval settle: it can be approved together with others. */
export const isStrong = (review, candidate, bands) =>
  Boolean(candidate) && (!review.cause || bands.ready.includes(review.cause.code)) && candidate.certainty >= bands.strong && weaknesses(review, candidate, bands).length === 0;

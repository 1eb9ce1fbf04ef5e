/** What commands of LaTeX stand for. Those that are not here are left out if they only lay out, else read as words. */
const SIGN_OF_COMMAND: ReadonlyMap<string, string> = new Map(
  Object.entries({
    times: '×',
    cdot: '×',
    ast: '×',
    div: '÷',
    pm: '±',
    leq: '≤',
    le: '≤',
    geq: '≥',
    ge: '≥',
    lt: '<',
    gt: '>',
    neq: '≠',
    ne: '≠',
    approx: '≈',
    sim: '~',
    equiv: '≡',
    propto: '∝',
    to: '→',
    rightarrow: '→',
    leftarrow: '←',
    Rightarrow: '⇒',
    implies: '⇒',
    iff: '⇔',
    infty: '∞',
    sum: '∑',
    prod: '∏',
    int: '∫',
    partial: '∂',
    in: '∈',
    notin: '∉',
    cup: '∪',
    cap: '∩',
    subset: '⊂',
    forall: '∀',
    exists: '∃',
    emptyset: '∅',
    neg: '¬',
    therefore: '∴',
    sqrt: '√',
    circ: '°',
    '%': '%',
    $: '$',
    '&': '&',
    '#': '#',
  }),
);
const LAYOUT = new Set(
  'left right big Big bigl bigr Bigl Bigr quad qquad displaystyle textstyle limits text mathrm mathbf mathit mathbb mathcal operatorname boxed begin end , ; : ! { }'.split(
    ' ',
  ),
);
const TOKEN = /\\([A-Za-z]{1,30}|[^A-Za-z])|[{}]|[^\\{}]+/g;
/** Stands for the bar of a fraction until it is said. */
export const FRACTION_BAR = '∕';

/** A formula of LaTeX in plain signs: `$\frac{a}{b} \leq x^2$` becomes `a ∕ b ≤ x^2`. */
export function plainFormula(source: string): string {
  const inner = source.replace(/^(?:\$\$?|\\[([])/, '').replace(/(?:\$\$?|\\[)\]])$/, '');
  let plain = '';
  /** What each open brace is closed for. */
  const braces: ('fraction' | 'group')[] = [];
  let next: 'fraction' | 'group' = 'group';
  for (const [token, command] of inner.matchAll(TOKEN)) {
    if (command !== undefined) {
      if (/^[dtc]?frac$/.test(command)) next = 'fraction';
      else if (!LAYOUT.has(command)) plain += ` ${SIGN_OF_COMMAND.get(command) ?? command} `;
    } else if (token === '{') {
      braces.push(next);
      next = 'group';
    } else if (token === '}') {
      plain += braces.pop() === 'fraction' ? ` ${FRACTION_BAR} ` : ' ';
    } else {
      plain += token.replaceAll('-', '−').replaceAll('_', ' ').replaceAll('*', '×');
    }
  }
  return plain;
}

/** The sign that a command stands for outside of a formula; null where it is none. */
export function signOfCommand(command: string): string | null {
  return SIGN_OF_COMMAND.get(command) ?? null;
}

const GREEK: Readonly<Record<string, string>> = {
  α: 'alpha',
  β: 'beta',
  γ: 'gamma',
  δ: 'delta',
  ε: 'epsilon',
  ζ: 'zeta',
  η: 'eta',
  θ: 'theta',
  κ: 'kappa',
  λ: 'lambda',
  μ: 'mu',
  µ: 'mu',
  ν: 'nu',
  ξ: 'xi',
  π: 'pi',
  ρ: 'rho',
  σ: 'sigma',
  τ: 'tau',
  φ: 'phi',
  χ: 'chi',
  ψ: 'psi',
  ω: 'omega',
};

/** The name of a Greek letter that stands for itself. */
export function greekName(letter: string): string | null {
  return GREEK[letter.toLowerCase()] ?? { Δ: 'delta', Σ: 'sigma', Ω: 'omega', Π: 'pi', '∆': 'delta' }[letter] ?? null;
}

/** The address of what is shown: `#/recordings/219?t=12301000`. Every moment has one. */

export type ViewName = 'lab' | 'compare' | 'recordings' | 'scenarios';
const VIEW_NAMES: readonly ViewName[] = ['lab', 'compare', 'recordings', 'scenarios'];

export interface Route {
  readonly view: ViewName;
  /** Run of a playback. */
  readonly run: number | null;
  /** Moment of a playback. */
  readonly us: number | null;
  /** Runs to compare. */
  readonly runs: readonly number[];
}

export function parseRoute(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?', 2);
  const [first = '', second = ''] = path.split('/');
  const parameters = new URLSearchParams(query);
  const view = VIEW_NAMES.find((name) => name === first) ?? 'lab';
  const runs = (parameters.get('runs') ?? '').split(',').map(wholeNumber);
  return {
    view,
    run: view === 'recordings' ? wholeNumber(second) : null,
    us: wholeNumber(parameters.get('t') ?? ''),
    runs: runs.filter((run) => run !== null),
  };
}

export function formatRoute(route: Partial<Route> & { readonly view: ViewName }): string {
  const run = route.run == null ? '' : `/${route.run}`;
  const parameters: string[] = [];
  if (route.us != null) parameters.push(`t=${Math.round(route.us)}`);
  if (route.runs !== undefined && route.runs.length > 0)
    parameters.push(`runs=${route.runs.join(',')}`);
  return `#/${route.view}${run}${parameters.length > 0 ? `?${parameters.join('&')}` : ''}`;
}

export class Router {
  route = $state.raw<Route>() as Route;
  readonly #page: Window;

  constructor(page: Window) {
    this.#page = page;
    this.route = parseRoute(page.location.hash);
    page.addEventListener('hashchange', () => {
      this.route = parseRoute(page.location.hash);
    });
  }

  go(route: Partial<Route> & { readonly view: ViewName }): void {
    this.#page.location.hash = formatRoute(route);
  }

  /** Keeps the address true without a step in the history. */
  replace(route: Partial<Route> & { readonly view: ViewName }): void {
    this.#page.history.replaceState(null, '', formatRoute(route));
  }

  /** The full address of a route, to be handed on. */
  href(route: Partial<Route> & { readonly view: ViewName }): string {
    const { origin, pathname, search } = this.#page.location;
    return `${origin}${pathname}${search}${formatRoute(route)}`;
  }
}

function wholeNumber(text: string): number | null {
  return /^\d{1,15}$/.test(text) ? Number(text) : null;
}

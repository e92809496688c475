// <shop-tags>: the thin half. Loads the widget (shoptag.js, shoptag_bg.wasm) when its video comes
// near the viewport and hands the element to it. The page's own content stays as it is until then,
// and for good if the widget cannot run.
//
// The two files are looked for beside this one, or where an element with data-shoptag-base says,
// such as <link rel="modulepreload" href="/shoptag.js" data-shoptag-base="/">.

const NAME = 'shop-tags';
const NEAR = '600px';
const SETTLE_MS = 50;
const ATTRIBUTES =
  ['site', 'video', 'api', 'for', 'pause', 'consent', 'lang', 'track', 'accent', 'theme'];

const failure = (code) => Object.assign(new Error(code), { code });

// A policy without 'wasm-unsafe-eval' refuses with a CompileError whose words differ by browser.
const codeOf = (error) => {
  if (typeof error === 'string') return error;
  const refused = /CSP|content security|unsafe-eval/i.test(error?.message);
  return error?.code ?? (refused ? 'wasm-blocked' : 'load-failed');
};

const isTrap = (error) =>
  error instanceof (globalThis.WebAssembly?.RuntimeError ?? Array) && /shoptag/.test(error.stack);

// The glue's guard hears of a failure first; without one the page need not hear of it either.
const onFailure = (event) => {
  const error = event.error ?? event.reason;
  if (!isTrap(error)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  ShopTagsElement.giveUp(error);
};
globalThis.addEventListener?.('error', onFailure, true);
globalThis.addEventListener?.('unhandledrejection', onFailure, true);

let core;
let guard = {};
const load = () => core ??= (async () => {
  if (typeof WebAssembly !== 'object') throw failure('wasm-blocked');
  const base = document.querySelector('[data-shoptag-base]')?.dataset.shoptagBase;
  const home = base ? new URL(base, document.baseURI) : import.meta.url;
  const [module, response] = await Promise.all([
    import(/* @vite-ignore */ /* webpackIgnore: true */ new URL('shoptag.js', home).href),
    fetch(new URL('shoptag_bg.wasm', home)),
  ]);
  if (!response.ok) throw failure('load-failed');
  await module.default({ module_or_path: response });
  guard = module.guard ?? guard;
  guard.tell = ShopTagsElement.giveUp;
  return module;
})().catch((error) => {
  // A network that was down may come back; a policy does not change within a page.
  if (codeOf(error) === 'load-failed') core = undefined;
  throw error;
});

export class ShopTagsElement extends (globalThis.HTMLElement ?? Object) {
  static observedAttributes = ATTRIBUTES;

  static #mounted = new Set();

  #handle;
  #near;
  #pending;
  #settling;
  #contentTime;
  #adBreak = false;

  connectedCallback() {
    // Properties that were set before the element was defined.
    for (const name of ['contentTime', 'adBreak', 'consent']) {
      if (!Object.hasOwn(this, name)) continue;
      const value = this[name];
      delete this[name];
      this[name] = value;
    }
    if (this.#handle) return void this.#ask('moved');
    if (!globalThis.IntersectionObserver) return void this.#mount();
    const outside = this.getAttribute('for');
    let target;
    // What is no selector may be an id.
    try { target = outside && document.querySelector(outside); } catch { /* not a selector */ }
    this.#near ??= new IntersectionObserver((entries) => {
      if (entries.some((entry) => entry.isIntersecting)) this.#mount();
    }, { rootMargin: NEAR });
    this.#near.observe(target ?? (outside && document.getElementById(outside)) ??
      this.querySelector('video') ?? this);
  }

  disconnectedCallback() {
    // A move takes the element out and puts it in again: only one that stays out is taken down.
    queueMicrotask(() => {
      if (this.isConnected) return;
      this.#stopWatching();
      ShopTagsElement.#mounted.delete(this);
      this.#ask('unmount');
      this.#handle = this.#pending = undefined;
    });
  }

  attributeChangedCallback() {
    // However often they change, the last values win, at most twenty times a second.
    if (!this.#pending || this.#settling) return;
    this.#settling = setTimeout(() => {
      this.#settling = undefined;
      if (!this.isConnected) return;
      if (this.#handle) this.#ask('update');
      else { this.#pending = undefined; this.#mount(); }
    }, SETTLE_MS);
  }

  /** Maps the stream's time to the time of the tagged content, in seconds. */
  get contentTime() { return this.#contentTime; }
  set contentTime(mapper) {
    this.#contentTime = typeof mapper === 'function' ? mapper : undefined;
    this.#ask('contentTime', this.#contentTime);
  }

  /** While true, an advertisement is running and no tag is shown. */
  get adBreak() { return this.#adBreak; }
  set adBreak(running) {
    this.#adBreak = Boolean(running);
    this.#ask('adBreak', this.#adBreak);
  }

  /**
   * Orders that the shop has not acknowledged, as JSON texts: ids and amounts, no name or address.
   */
  async exportPendingOrders() {
    await this.#mount();
    return this.#ask('exportPendingOrders') ?? [];
  }

  /**
   * 'granted' or 'denied': whether what is seen and tapped may be kept on the device and sent, as
   * the attribute says. Global Privacy Control wins over it. A purchase works either way.
   */
  get consent() {
    return this.getAttribute('consent')?.trim() === 'granted' ? 'granted' : 'denied';
  }
  set consent(value) { this.setConsent(value === 'granted'); }

  /** Sets `consent` from true or false. */
  setConsent(granted) { this.setAttribute('consent', granted ? 'granted' : 'denied'); }

  /** Ids of the tags on screen. */
  get currentTags() { return this.#ask('currentTags') ?? []; }

  /** Opens the bag. Resolves to whether it could be done. */
  openBag() { return this.#call('openBag'); }

  /** Opens the list of what is tagged now. Resolves to whether it could be done. */
  openProducts() { return this.#call('openProducts'); }

  /** Closes cards, sheets and dialogs. Resolves to whether it could be done. */
  closeAll() { return this.#call('closeAll'); }

  /**
   * Adds a variant to the bag; credits nobody. Resolves to whether the bag was asked: what came of
   * it is told by shop-bag-change or shop-error.
   */
  addToBag(variantId, quantity = 1) {
    const value = { variant: String(variantId), quantity: Number(quantity) };
    return this.#call('addToBag', value);
  }

  async #call(what, value) {
    await this.#mount();
    return Boolean(this.#ask(what, value));
  }

  #mount() {
    this.#stopWatching();
    return this.#pending ??= (async () => {
      try {
        const { mount } = await load();
        if (!this.isConnected || this.#handle) return;
        ShopTagsElement.#mounted.add(this);
        this.#handle = mount(this);
        this.#ask('contentTime', this.#contentTime);
        this.#ask('adBreak', this.#adBreak);
      } catch (error) {
        this.#report(error);
      }
    })();
  }

  // The page never sees an exception of ours.
  #ask(what, value) {
    try { return this.#handle?.call(what, value); } catch (error) { this.#report(error); }
  }

  #report(error) {
    if (isTrap(error)) return ShopTagsElement.giveUp(error);
    const detail = { code: codeOf(error) };
    this.dispatchEvent(new CustomEvent('shop-error', { detail, bubbles: true, composed: true }));
  }

  /** The widget has failed: nothing of it runs on, and the page's own content is shown again. */
  static giveUp(error) {
    console.warn('shoptag: internal', error);
    guard.broken = true;
    core = Promise.reject(failure('internal'));
    core.catch(() => {});
    for (const element of ShopTagsElement.#mounted) element.#giveUp();
    ShopTagsElement.#mounted.clear();
  }

  #giveUp() {
    this.#handle = undefined;
    const [player, fallback] = [0, 0].map(() => document.createElement('slot'));
    fallback.name = 'fallback';
    const root = this.shadowRoot;
    root?.replaceChildren(player, fallback);
    if (root) root.adoptedStyleSheets = [];
    this.querySelector(':scope > [slot=shoptag-checkout]')?.remove();
    this.#report(failure('internal'));
  }

  #stopWatching() {
    this.#near?.disconnect();
    this.#near = undefined;
  }
}

if (globalThis.customElements) {
  if (customElements.get(NAME)) console.info('shoptag: already-defined');
  else customElements.define(NAME, ShopTagsElement);
}

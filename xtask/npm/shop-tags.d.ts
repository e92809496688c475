/** The tags on screen, the product card, the bag and the checkout over a video. */
export class ShopTagsElement extends HTMLElement {
  static readonly observedAttributes: readonly string[];

  /** Maps the stream's time to the time of the tagged content, in seconds. */
  contentTime: ((streamTime: number) => number) | undefined;
  /** While true, an advertisement is running and no tag is shown. */
  adBreak: boolean;
  /**
   * Whether what is seen and tapped may be kept on the device and sent; reflects the attribute `consent`.
   * Global Privacy Control wins over it.
   */
  consent: 'granted' | 'denied';
  /** Ids of the tags on screen. */
  readonly currentTags: string[];

  /** Opens the bag. Resolves to whether it could be done. */
  openBag(): Promise<boolean>;
  /** Opens the list of what is tagged now. Resolves to whether it could be done. */
  openProducts(): Promise<boolean>;
  /** Closes cards, sheets and dialogs. Resolves to whether it could be done. */
  closeAll(): Promise<boolean>;
  /** Orders that the shop has not acknowledged, as JSON texts: ids and amounts, no name or address. */
  exportPendingOrders(): Promise<string[]>;
  /** Whether what is seen and tapped may be kept and sent: sets the attribute `consent`. */
  setConsent(granted: boolean): void;
  /** Asks the bag to take a variant; credits nobody. `shop-bag-change` or `shop-error` tells what came of it. */
  addToBag(variantId: string, quantity?: number): Promise<boolean>;

  addEventListener<Name extends keyof ShopTagsEventMap>(
    type: Name,
    listener: (this: ShopTagsElement, event: ShopTagsEventMap[Name]) => unknown,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject,
    options?: boolean | AddEventListenerOptions,
  ): void;
  removeEventListener<Name extends keyof ShopTagsEventMap>(
    type: Name,
    listener: (this: ShopTagsElement, event: ShopTagsEventMap[Name]) => unknown,
    options?: boolean | EventListenerOptions,
  ): void;
  removeEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject,
    options?: boolean | EventListenerOptions,
  ): void;
}

/** The shopper opened a product, from its tag or from a list. */
export interface ShopTagClick {
  tag: string;
  product: string;
}

/** The bag has changed. */
export interface ShopBagChange {
  /** Items, counted with their quantities. */
  count: number;
  /** Sum of the lines in minor units; null when it does not fit. */
  subtotal_minor: number | null;
  /** ISO 4217. */
  currency: string;
}

/** The checkout opened. */
export interface ShopCheckoutStart {
  /** Items, counted with their quantities. */
  count: number;
}

/** The backend has the order. */
export interface ShopOrderPlaced {
  order: string;
  /** The number that the shopper reads. */
  number: string;
  /** In minor units. */
  total_minor: number;
  /** ISO 4217. */
  currency: string;
}

/** Something else fills the screen. */
export interface ShopFullscreenChange {
  /** `bare-video`: the tags are hidden until it ends. `pseudo`: the viewport is filled by style. */
  mode: 'none' | 'wrapper' | 'bare-video' | 'pseudo';
}

/** Something does not work. */
export interface ShopError {
  /** Stable, kebab-case. */
  code: string;
}

export interface ShopTagsEventMap extends HTMLElementEventMap {
  'shop-ready': CustomEvent<Record<string, never>>;
  'shop-tag-click': CustomEvent<ShopTagClick>;
  'shop-bag-change': CustomEvent<ShopBagChange>;
  'shop-checkout-start': CustomEvent<ShopCheckoutStart>;
  'shop-order-placed': CustomEvent<ShopOrderPlaced>;
  'shop-fullscreen-change': CustomEvent<ShopFullscreenChange>;
  'shop-error': CustomEvent<ShopError>;
}

declare global {
  interface HTMLElementTagNameMap {
    'shop-tags': ShopTagsElement;
  }
}

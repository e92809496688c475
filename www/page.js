// The demo page's own behaviour: which film, chapters, the follow button, and what the backend
// received. Shoptag needs none of it.

const FILMS = {
  day: { width: 1280, height: 720 },
  'day-portrait': { width: 720, height: 1280 },
};

const page = new URL(location.href);
const stage = document.querySelector('.stage');
const tags = stage.querySelector('shop-tags');
const video = stage.querySelector('video');

chooseFilm(page.searchParams.get('video'));
startAt(Number(page.searchParams.get('t')));
chapters();
follow();
feed(document.querySelector('.feed'));

/** Points the element and the player at the film that the address names. */
function chooseFilm(name) {
  const film = Object.hasOwn(FILMS, name ?? '') ? name : 'day';
  stage.dataset.shape = film;
  for (const link of document.querySelectorAll('[data-shape]:is(a)')) {
    link.toggleAttribute('aria-current', false);
    if (link.dataset.shape === film) link.setAttribute('aria-current', 'page');
  }
  if (film === 'day') return;
  tags.setAttribute('video', film);
  video.width = FILMS[film].width;
  video.height = FILMS[film].height;
  video.poster = `/www/media/${film}.webp`;
  for (const source of video.querySelectorAll('source')) {
    source.src = source.getAttribute('src').replace('/day.', `/${film}.`);
  }
  video.load();
}

function startAt(seconds) {
  if (!(seconds > 0)) return;
  if (video.readyState > 0) video.currentTime = seconds;
  else {
    const go = () => { video.currentTime = seconds; };
    video.addEventListener('loadedmetadata', go, { once: true });
  }
}

/** Chapter chips and the stills at the side jump within the film; the running chapter is marked. */
function chapters() {
  const chips = [...document.querySelectorAll('.chapters a')];
  for (const link of document.querySelectorAll('[data-at]')) {
    link.addEventListener('click', (event) => {
      if (event.metaKey || event.ctrlKey || event.shiftKey) return;
      event.preventDefault();
      video.currentTime = Number(link.dataset.at);
      video.play().catch(() => {});
      const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
      stage.scrollIntoView({ block: 'nearest', behavior: calm ? 'auto' : 'smooth' });
    });
  }
  const mark = () => {
    const at = video.currentTime + 0.05;
    const running = chips.findLast((chip) => Number(chip.dataset.at) <= at);
    for (const chip of chips) {
      if (chip === running) chip.setAttribute('aria-current', 'true');
      else chip.removeAttribute('aria-current');
    }
  };
  video.addEventListener('timeupdate', mark);
  video.addEventListener('seeked', mark);
}

function follow() {
  const button = document.querySelector('.follow');
  button.addEventListener('click', () => {
    const on = button.getAttribute('aria-pressed') !== 'true';
    button.setAttribute('aria-pressed', String(on));
    button.textContent = on ? 'Following' : 'Follow';
  });
}

// --- what the backend just received ---

const SHOWN = 50;
const RETRY_MS = 4000;

/**
 * Keeps the list in step with /demo/events, which the backend has only when started with --demo.
 */
function feed(box) {
  const list = box.querySelector('.events');
  const state = box.querySelector('.state');
  const seen = new Set();

  const say = (name, words) => {
    state.dataset.state = name;
    state.querySelector('.words').textContent = words;
  };

  const connect = () => {
    const source = new EventSource('/demo/events');
    source.addEventListener('open', () => say('live', 'Live'));
    source.addEventListener('error', () => {
      if (source.readyState === EventSource.CLOSED) {
        // Refused rather than broken: the browser does not try again by itself.
        say('off', 'Offline');
        setTimeout(connect, RETRY_MS);
      } else {
        say('connecting', 'Reconnecting');
      }
    });
    source.addEventListener('message', (message) => {
      let event;
      try { event = JSON.parse(message.data); } catch { return; }
      const id = event.id ?? message.lastEventId;
      if (id && seen.has(String(id))) return;
      if (id) seen.add(String(id));
      list.prepend(row(event));
      while (list.childElementCount > SHOWN) list.lastElementChild.remove();
      box.dataset.filled = '';
    });
  };
  connect();
}

const KINDS = {
  quote_made: {
    title: 'Quote made', icon: 'M4 3h8l0 10-2-1.4L8 13l-2-1.4L4 13z M6.4 6h3.2 M6.4 8.6h3.2',
  },
  order_placed: { title: 'Order placed', icon: 'M3.5 8.4l3 3 6-6.4', tone: 'order' },
  order_replayed: { title: 'Order sent again', icon: 'M12.6 6.2A5 5 0 1 0 13 9 M12.8 3.2v3.2H9.6' },
  order_cancelled: {
    title: 'Order cancelled', icon: 'M4.5 4.5l7 7 M11.5 4.5l-7 7', tone: 'stopped',
  },
};
const OTHER = { icon: 'M8 3.4v5.2 M8 12v.2' };

function row(event) {
  const kind = KINDS[event.kind] ?? OTHER;
  const item = element('li', kind.tone);
  const details = element('details');
  const summary = element('summary');

  const badge = element('span', 'badge');
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('viewBox', '0 0 16 16');
  svg.setAttribute('aria-hidden', 'true');
  const line = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  line.setAttribute('d', kind.icon);
  svg.append(line);
  badge.append(svg);

  const words = element('span');
  words.append(
    element('span', 'kind', kind.title ?? sentence(event.kind ?? 'Event')),
    element('span', 'line', event.summary ?? inWords(event)),
  );

  const at = new Date(event.at);
  const time = element('time', '', Number.isNaN(at.getTime()) ? '' : at.toLocaleTimeString([], {
    hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23',
  }));
  if (!Number.isNaN(at.getTime())) time.dateTime = at.toISOString();

  summary.append(badge, words, time);
  const { id, kind: _, at: __, summary: ___, ...rest } = event;
  details.append(summary, element('pre', '', JSON.stringify(event.details ?? rest, null, 2)));
  item.append(details);
  return item;
}

/** One line for an event that brings no sentence of its own. */
function inWords(event) {
  const lines = (event.lines ?? []).map((line) =>
    [line.quantity > 1 ? `${line.quantity} ×` : '', line.title,
      line.variant_label && `(${line.variant_label})`]
      .filter(Boolean).join(' '));
  const total = Number.isInteger(event.total_minor) && event.currency
    ? money(event.total_minor, event.currency) : '';
  switch (event.kind) {
    case 'order_placed':
      return [`${event.number}`, total, `from ${listed(event.sellers ?? [])}`]
        .filter(Boolean).join(' · ');
    case 'order_replayed':
      return event.number
        ? `${event.number} came twice and was booked once` : 'The first answer was given again';
    case 'order_cancelled':
      return `${event.number} was cancelled by the shopper`;
    case 'quote_made':
      return [listed(lines), total].filter(Boolean).join(' · ');
    default:
      return [event.number, listed(lines), total].filter(Boolean).join(' · ');
  }
}

function money(minor, currency) {
  const format = new Intl.NumberFormat(undefined, { style: 'currency', currency });
  return format.format(minor / 10 ** format.resolvedOptions().maximumFractionDigits);
}

function listed(words) {
  return new Intl.ListFormat('en', { style: 'short' }).format(words);
}

function sentence(name) {
  const text = String(name).replaceAll(/[_.-]+/g, ' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function element(name, className = '', text = '') {
  const node = document.createElement(name);
  if (className) node.className = className;
  if (text) node.textContent = text;
  return node;
}

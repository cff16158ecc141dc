// Keeps servers and what they use fresh while the page is looked at. Everything works without this script.
const quick = 1500;
const slow = 5000;
const xsrf = { 'X-XSRFToken': document.body.dataset.xsrf };

const servers = () => document.getElementById('servers');
const busy = () => 'busy' in (servers()?.dataset ?? {});
let running;
let before = {};

/** The section anew, from the same page: states, reasons, buttons. */
async function redraw() {
  const old = servers();
  // Not below the fingers of somebody who types, reads the log or is about to press a button.
  if (!old || old.querySelector('details.confirm[open], input:focus')) return;
  const focused = old.contains(document.activeElement) ? document.activeElement : null;
  if (!busy() && (focused || old.querySelector('details[open]'))) return;
  const answer = await fetch('/hub/home', { headers: xsrf, redirect: 'manual' });
  if (answer.type === 'opaqueredirect') return location.reload();
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html').getElementById('servers');
  if (!fresh) return;
  old.replaceWith(fresh);
  // What had the focus keeps it, as long as it is there.
  const same = (one) => one.tagName === focused.tagName && one.textContent === focused.textContent;
  if (focused) [...fresh.querySelectorAll('a, button, summary')].find(same)?.focus();
}

/** Only the numbers, from the API: what changes all the time. */
async function measure() {
  const user = encodeURIComponent(servers()?.dataset.user ?? '');
  const answer = await fetch(`/hub/api/users/${user}/usage`, { headers: xsrf });
  // Logged out meanwhile: the page itself knows what to do.
  if (answer.status === 403) return redraw();
  if (!answer.ok) return;
  const usage = (await answer.json()).servers;
  const names = JSON.stringify(Object.keys(usage).toSorted());
  const changed = running !== undefined && running !== names;
  running = names;
  if (changed) await redraw();
  for (const list of document.querySelectorAll('[data-usage]')) show(list, usage[list.dataset.usage]);
}

function show(list, usage) {
  if (!usage) return;
  const of = (used, limit) => list.dataset.of.replace('{used}', used).replace('{limit}', limit);
  // Null is what the host does not count, or does not limit.
  const set = (use, value, limit, say, sayLimit = say) => {
    const place = list.querySelector(`[data-use="${use}"]`);
    if (!place || value === null) return;
    place.querySelector('.used').textContent = limit === null ? sayLimit(value) : of(say(value), sayLimit(limit));
    const meter = place.querySelector('meter');
    if (!meter || limit === null) return;
    meter.max = limit;
    meter.high = limit * 0.85;
    meter.value = Math.min(value, limit);
    meter.hidden = false;
  };
  const { memory, memory_limit, tasks, tasks_limit, cpu_seconds, cpu_limit } = usage;
  set('memory', memory, memory_limit, sayBytes);
  set('tasks', tasks, tasks_limit, String);
  const now = performance.now() / 1000;
  const last = before[list.dataset.usage];
  before[list.dataset.usage] = { seconds: cpu_seconds, at: now };
  if (!last || cpu_seconds === null || cpu_seconds < last.seconds) return;
  const cores = Math.round(((cpu_seconds - last.seconds) / (now - last.at)) * 100) / 100;
  set('cpu', cores, cpu_limit, say, (count) => list.dataset.cores.replace('{count}', say(count)));
}

/** A number as the page's language writes it. */
function say(number, most = 2, least = 0) {
  const digits = { useGrouping: false, minimumFractionDigits: least, maximumFractionDigits: most };
  return number.toLocaleString(document.documentElement.lang, digits);
}

function sayBytes(bytes) {
  const units = [document.querySelector('[data-bytes]')?.dataset.bytes, 'KiB', 'MiB', 'GiB', 'TiB'];
  let unit = 0;
  for (; bytes >= 1000 && unit < units.length - 1; unit++) bytes /= 1024;
  const digits = unit > 0 && bytes < 10 ? 1 : 0;
  return `${say(bytes, digits, digits)} ${units[unit]}`;
}

async function look() {
  if (!document.hidden) await (busy() ? redraw() : measure());
}
async function again() {
  await look().catch(() => undefined);
  setTimeout(again, busy() ? quick : slow);
}
void again();

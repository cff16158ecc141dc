// Ticks all, and keeps what servers use fresh while the page is looked at. Everything works without this script.
const every = 5000;

for (const part of document.querySelectorAll('[data-needs-script]')) part.hidden = false;

const all = document.getElementById('select-all');
const ticks = () => [...document.querySelectorAll('input[name="user"][form="bulk"]')];
all?.addEventListener('change', () => {
  for (const tick of ticks()) tick.checked = all.checked;
});
document.addEventListener('change', (event) => {
  if (!event.target.matches?.('input[name="user"]') || !all) return;
  const ticked = ticks().filter((tick) => tick.checked).length;
  all.checked = ticked > 0 && ticked === ticks().length;
  all.indeterminate = ticked > 0 && !all.checked;
});

/** The page of something that is done to many: its part is put in place keepFresh and keepFresh until it is over. */
async function follow() {
  const job = document.querySelector('[data-job]');
  if (!job || document.hidden) return;
  const fresh = (await fetchPage())?.getElementById('job');
  if (fresh) job.replaceWith(fresh);
}

async function fetchPage() {
  const answer = await fetch(location.href, {
    headers: { 'X-XSRFToken': document.body.dataset.xsrf },
    redirect: 'manual',
  });
  if (answer.type === 'opaqueredirect') location.reload();
  return answer.ok ? new DOMParser().parseFromString(await answer.text(), 'text/html') : undefined;
}

async function refresh() {
  const lines = document.querySelectorAll('[data-live]');
  if (document.hidden || lines.length === 0) return;
  const fresh = await fetchPage();
  if (!fresh) return;
  const found = new Map([...fresh.querySelectorAll('[data-live]')].map((line) => [line.dataset.live, line]));
  for (const line of lines) {
    const next = found.get(line.dataset.live);
    // Not below the fingers of somebody who is about to press a button.
    if (next && !line.contains(document.activeElement) && next.innerHTML !== line.innerHTML) line.replaceWith(next);
  }
}

function keepFresh() {
  setTimeout(
    () =>
      Promise.all([refresh(), follow()])
        .catch(() => undefined)
        .then(keepFresh),
    document.querySelector('[data-job]') ? 700 : every,
  );
}
keepFresh();

// Keeps the state of the servers fresh while the page is looked at. Everything works without this script.
const quick = 1500;
const slow = 10000;

const servers = () => document.getElementById('servers');

async function refresh() {
  const old = servers();
  // Not below the fingers of somebody who types, reads the log or is about to press a button.
  if (!old || document.hidden || (old.contains(document.activeElement) && document.activeElement !== document.body))
    return;
  if (!('busy' in old.dataset) && old.querySelector('details[open]')) return;
  const answer = await fetch('/hub/home', {
    headers: { 'X-XSRFToken': document.body.dataset.xsrf },
    redirect: 'manual',
  });
  if (answer.type === 'opaqueredirect') return location.reload();
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html').getElementById('servers');
  if (fresh) servers()?.replaceWith(fresh);
}

function again() {
  const busy = 'busy' in (servers()?.dataset ?? {});
  setTimeout(
    () =>
      refresh()
        .catch(() => undefined)
        .then(again),
    busy ? quick : slow,
  );
}

again();

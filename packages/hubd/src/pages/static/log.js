// Follows a log as long as its end is looked at. Without this script there is a link to load the page again.
const pause = 3000;
const log = document.getElementById('log');

async function refresh() {
  // Reversed, so 0 is the end; whoever reads further up is left alone.
  if (!log || document.hidden || log.scrollTop < -4 || !getSelection().isCollapsed) return;
  const answer = await fetch(location.href, {
    headers: { 'X-XSRFToken': document.body.dataset.xsrf },
    redirect: 'manual',
  });
  if (answer.type === 'opaqueredirect') return location.reload();
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html').getElementById('log');
  if (fresh && fresh.textContent !== log.textContent) log.textContent = fresh.textContent;
}

const again = () =>
  setTimeout(
    () =>
      refresh()
        .catch(() => undefined)
        .then(again),
    pause,
  );
void again();

// A start, live: steps and log lines as the hub sends them. Without this script the page loads itself again and again.
const page = document.getElementById('pending');
const bar = document.getElementById('progress-bar');
const message = document.getElementById('progress-message');
const log = document.getElementById('progress-log');

if (page && bar && message && log) {
  const events = new EventSource(page.dataset.events);
  let lines = [];

  const show = (event) => {
    if (typeof event.progress === 'number') bar.value = Math.max(bar.value, event.progress);
    if (Array.isArray(event.log)) {
      // Lines of the server's own log, of which the message is the last.
      lines.push(...event.log);
    } else if (event.message) {
      message.textContent = event.message;
      lines.push(event.message);
    }
    log.textContent = lines.join('\n');
  };

  events.addEventListener('open', () => {
    // The hub tells everything from the beginning to whoever listens anew.
    lines = [];
  });
  events.addEventListener('message', (arrival) => {
    const event = JSON.parse(arrival.data);
    show(event);
    if (event.ready) {
      events.close();
      location.replace(page.dataset.next);
    } else if (event.failed) {
      events.close();
      // The same address now says why, with the last lines of the log.
      location.reload();
    }
  });
  events.addEventListener('error', () => {
    message.textContent = page.dataset.lost;
    if (events.readyState !== EventSource.CLOSED) return;
    // Not to be tried again by itself: it is over, or the hub wants a new login.
    setTimeout(() => location.reload(), 2000);
  });
}

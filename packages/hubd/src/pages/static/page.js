// For every page. Everything works without this script.

// A form that is on its way is not sent again, until it cannot be on its way any more.
const sent = new Set();
const mark = (form, busy) => {
  for (const button of form.querySelectorAll('button'))
    if (busy) button.setAttribute('aria-busy', 'true');
    else button.removeAttribute('aria-busy');
};
const free = (form) => {
  sent.delete(form);
  mark(form, false);
};
document.addEventListener('submit', (event) => {
  const form = event.target;
  if (sent.has(form)) return event.preventDefault();
  sent.add(form);
  mark(form, true);
  setTimeout(free, 10000, form);
});
// The page comes back from the browser's memory.
addEventListener('pageshow', (event) => event.persisted && [...sent].forEach(free));

// Buttons that copy. Where the browser keeps the clipboard from pages (plain http), the text is selected instead.
for (const button of document.querySelectorAll('button[data-copy]')) {
  button.hidden = false;
  button.addEventListener('click', async () => {
    const text = document.getElementById(button.dataset.copy);
    getSelection().selectAllChildren(text);
    try {
      if (navigator.clipboard) await navigator.clipboard.writeText(text.textContent);
      else if (!document.execCommand('copy')) return;
    } catch {
      return;
    }
    button.textContent = button.dataset.copied;
  });
}

// One question at a time.
document.addEventListener('click', (event) => {
  for (const open of document.querySelectorAll('details.confirm[open]'))
    if (!open.contains(event.target)) open.open = false;
});
document.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape') return;
  for (const open of document.querySelectorAll('details.confirm[open]')) {
    open.open = false;
    open.querySelector('summary').focus();
  }
});

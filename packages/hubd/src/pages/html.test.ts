import { expect, test } from 'vitest';
import { html } from './html.ts';

test('whatever is put in is escaped', () => {
  const evil = `"><script>alert('x')</script>&`;
  expect(html`<p title="${evil}">${evil}</p>`.text).toBe(
    '<p title="&quot;&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;">&quot;&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;</p>',
  );
});

test('HTML within HTML stays HTML, also in lists', () => {
  const items = ['<a>', 'b'].map((text) => html`<b>${text}</b>`);
  expect(html`<i>${items}</i>`.text).toBe('<i><b>&lt;a&gt;</b><b>b</b></i>');
});

test('nothing is written for what is not there', () => {
  expect(html`a${false}${null}${undefined}${''}b${0}`.text).toBe('ab0');
});

test('text that only looks like our HTML is escaped', () => {
  const fake = { text: '<b>' } as unknown as string;
  expect(() => html`${fake}`.text).toThrow();
});

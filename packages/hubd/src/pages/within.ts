/** The value, or the fallback when it fails or takes too long: a page does not wait for what only adorns it. */
export async function within<T, F>(ms: number, value: Promise<T>, fallback: F): Promise<T | F> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<F>((resolve) => {
    timer = setTimeout(() => resolve(fallback), ms);
  });
  try {
    return await Promise.race([value.catch(() => fallback), late]);
  } finally {
    clearTimeout(timer);
  }
}

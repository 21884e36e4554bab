/** `fetch` for the bytes of models, which take longer than an answer of the API: an hour is time for 2 GiB over 5 Mbit/s. */
export const slowly: typeof fetch = (input, init) => fetch(input, { ...init, signal: AbortSignal.timeout(3_600_000) });

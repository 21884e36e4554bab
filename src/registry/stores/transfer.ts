/** How long the bytes of a model may take, which are up to 4 GiB: an hour is time for them over 10 Mbit/s. */
export const transferMs = 3_600_000;

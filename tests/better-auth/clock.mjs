// A clock that a test can wind on, for keys that rotate and sessions that end. Has to be there before any
// library looks at the time.
const now = Date.now;
let ahead = 0;

Date.now = () => now() + ahead;
Date.advance = (seconds) => {
  ahead += seconds * 1000;
};
// Makes plain dates, and takes plain dates for its own.
globalThis.Date = new Proxy(Date, {
  construct: (real, values) => (values.length > 0 ? new real(...values) : new real(real.now())),
});

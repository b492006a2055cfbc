// SPDX-License-Identifier: MIT
// Fills in a text: {name} by a value; {name|many} and {name|one|many} by how many it is: '{n} photo{n|s} {n|is|are} here'.
const HOLE = /\{(\w+)(?:\|([^|}]*))?(?:\|([^|}]*))?\}/g;

export const fillIn = (text, values) => text.replace(HOLE, (whole, name, one, many) => {
    if (one === undefined) return values[name] ?? whole;
    const some = many === undefined ? ['', one] : [one, many];
    return some[Number(values[name]) === 1 ? 0 : 1];
});

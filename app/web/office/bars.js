// SPDX-License-Identifier: MIT
// A bar of parts, as SVG; what it says stands beside it in words and numbers.
const SVG = 'http://www.w3.org/2000/svg';

function node(name, attributes) {
    const made = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    return made;
}

// parts: [n, class]; of: how much the whole width is; label: for who does not see it.
export function bar(parts, of, label) {
    const svg = node('svg', { class: 'bars', viewBox: '0 0 100 10', preserveAspectRatio: 'none', role: 'img', 'aria-label': label });
    let x = 0;
    svg.append(node('rect', { class: 'bars-ground', x: 0, y: 0, width: 100, height: 10 }));
    for (const [n, kind] of parts) {
        if (!(n > 0) || !(of > 0)) continue;
        const width = (n / of) * 100;
        svg.append(node('rect', { class: `bars-${kind}`, x: x.toFixed(3), y: 0, width: width.toFixed(3), height: 10 }));
        x += width;
    }
    return svg;
}

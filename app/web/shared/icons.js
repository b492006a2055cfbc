// SPDX-License-Identifier: MIT
// Line icons on a grid of 24, drawn by DOM calls: no markup, no further request, no exception to the content policy.
const SVG = 'http://www.w3.org/2000/svg';

const paths = {
    back: ['M15 4 7 12l8 8'],
    forward: ['M9 4l8 8-8 8'],
    up: ['M4 15l8-8 8 8'],
    down: ['M4 9l8 8 8-8'],
    close: ['M5 5l14 14', 'M19 5 5 19'],
    inspect: ['M5 3.5h14v17H5z', 'M8 9l1.5 1.5L12 8', 'M14 9.5h2.5', 'M8 15l1.5 1.5L12 14', 'M14 15.5h2.5'],
    check: ['M4 12.5 9.5 18 20 6.5'],
    checks: ['M2 12.5 7 17.5 15.5 8', 'M10.5 15.5l2 2L22 8'],
    bell: ['M6 16.5V10a6 6 0 0 1 12 0v6.5l1.5 2h-15z', 'M10 21h4', 'M12 4V2.5'],
    menu: ['M4 6h16', 'M4 12h16', 'M4 18h16'],
    phone: ['M6 3h4l1.5 5-2.5 2a12 12 0 0 0 5 5l2-2.5 5 1.5v4c0 1.5-1 2-2 2C11 20 4 13 4 5c0-1 .5-2 2-2z'],
    chart: ['M4 20V4', 'M4 20h16', 'M8.5 16v-4', 'M13 16V8', 'M17.5 16v-6'],
    plus: ['M12 4v16', 'M4 12h16'],
    minus: ['M4 12h16'],
    more: ['M5 12h.01', 'M12 12h.01', 'M19 12h.01'],
    edit: ['M4 20l1-5L16 4l4 4L9 19z', 'M13.5 6.5l4 4'],
    log: ['M6 4h12v17H6z', 'M9 2.5h6v3H9z', 'M9 10.5h6', 'M9 14h6', 'M9 17.5h3.5'],
    camera: ['M3 7.5h4.5L9.5 5h5l2 2.5H21v12H3z', 'M12 17a3.7 3.7 0 1 0 0-7.4 3.7 3.7 0 0 0 0 7.4z'],
    photos: ['M7 4h14v13H7z', 'M3 8v13h14', 'M7.5 16l4.5-5 3 3 2-2 4 4.5'],
    album: ['M3 5h18v14H3z', 'M4 18l6-7 4 4.5 2.5-2.5L21 17.5', 'M15.5 9.5h.01'],
    timeline: ['M6 3v18', 'M6 7h.01', 'M6 12h.01', 'M6 17h.01', 'M10.5 7H21', 'M10.5 12H21', 'M10.5 17H18'],
    saved: ['M5 4h11l3 3v13H5z', 'M8.5 4v5h6V4', 'M8 20v-6h8v6'],
    sent: ['M12 20V5', 'M5.5 11.5 12 5l6.5 6.5'],
    received: ['M4 21V9l8-5 8 5v12z', 'M8.5 14.5l2.5 2.5 4.5-5'],
    rejected: ['M12 3.5 22 20.5H2z', 'M12 10v5', 'M12 17.8h.01'],
    linkdown: ['M3 9a13 13 0 0 1 18 0', 'M6.5 13a8 8 0 0 1 11 0', 'M12 18.5h.01', 'M4 3.5 20 21'],
    link: ['M3 9a13 13 0 0 1 18 0', 'M6.5 13a8 8 0 0 1 11 0', 'M12 18h.01'],
    person: ['M12 12a4.2 4.2 0 1 0 0-8.4 4.2 4.2 0 0 0 0 8.4z', 'M4 21c.6-4.5 4-6.5 8-6.5s7.4 2 8 6.5'],
    people: ['M9 11a3.6 3.6 0 1 0 0-7.2A3.6 3.6 0 0 0 9 11z', 'M2 20c.4-4 3.3-6 7-6s6.6 2 7 6', 'M16 4.2a3.5 3.5 0 0 1 0 6.6', 'M18 14.3c2.4.7 3.7 2.6 4 5.7'],
    warn: ['M12 3.5 22 20.5H2z', 'M12 10v5', 'M12 17.8h.01'],
    stop: ['M8 2.5h8L21.5 8v8L16 21.5H8L2.5 16V8z', 'M8 12h8'],
    info: ['M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18z', 'M12 11v6', 'M12 7.2h.01'],
    tool: ['M14.5 6.5a4 4 0 0 1 5-3L17 6l1 2 2.2.8L22 7a4.5 4.5 0 0 1-6 4L7 20.5 3.5 17 13 8z'],
    look: ['M2.5 12c4-7 15-7 19 0-4 7-15 7-19 0z', 'M12 14.8a2.8 2.8 0 1 0 0-5.6 2.8 2.8 0 0 0 0 5.6z'],
    hash: ['M9 4 7 20', 'M17 4l-2 16', 'M4 9h17', 'M3 15h17'],
    clock: ['M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18z', 'M12 7v5.5l3.5 2'],
    retry: ['M19.5 12a7.5 7.5 0 1 1-2.3-5.4', 'M19.5 3.5v4.5H15'],
    trash: ['M4 6.5h16', 'M9.5 6.5v-3h5v3', 'M6 6.5 7 21h10l1-14.5', 'M10 10.5v6.5', 'M14 10.5v6.5'],
    share: ['M12 15V3.5', 'M7.5 7.5 12 3l4.5 4.5', 'M5 11v10h14V11'],
    download: ['M12 3.5V15', 'M7.5 11l4.5 4.5L16.5 11', 'M4 20.5h16'],
    send: ['M3 11.5 21 3.5l-5.5 17-4-7z', 'M11.5 13.5 21 3.5'],
    pin: ['M12 21.5C8 16.5 5.5 13 5.5 9.5a6.5 6.5 0 0 1 13 0c0 3.5-2.5 7-6.5 12z', 'M12 9.5h.01'],
    room: ['M4 21V4h16v17z', 'M9 21v-7h6v7', 'M4 10h16'],
    stage: ['M4 20h4v-5H4z', 'M10 20h4V10h-4z', 'M16 20h4V4h-4z'],
    note: ['M5 3.5h14v17H5z', 'M8.5 9h7', 'M8.5 13h7', 'M8.5 17h4'],
    sites: ['M3 21V8l6-4.5L15 8v13z', 'M15 11h6v10h-6', 'M7 12h4', 'M7 16h4'],
    board: ['M3 4.5h18v12.5H3z', 'M8 21h8', 'M12 17v4'],
    plan: ['M4 5.5h16v15H4z', 'M4 10h16', 'M8.5 3v4.5', 'M15.5 3v4.5', 'M8 14h4', 'M8 17h7'],
    language: ['M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18z', 'M3 12h18', 'M12 3c3 2.7 4 5.7 4 9s-1 6.3-4 9c-3-2.7-4-5.7-4-9s1-6.3 4-9z'],
    leave: ['M13 4H5v16h8', 'M10 12h11', 'M17 7.5 21.5 12 17 16.5'],
    erase: ['M9 5h12v14H9l-6-7z', 'M12.5 9.5l5 5', 'M17.5 9.5l-5 5'],
    power: ['M9 3v6', 'M15 3v6', 'M6 9h12v3a6 6 0 0 1-12 0z', 'M12 18v3.5'],
    film: ['M3 4.5h18v15H3z', 'M7.5 4.5v15', 'M16.5 4.5v15', 'M3 9.5h4.5', 'M3 14.5h4.5', 'M16.5 9.5H21', 'M16.5 14.5H21'],
    play: ['M7 4.5v15l12.5-7.5z'],
    pause: ['M8.5 5v14', 'M15.5 5v14'],
    compare: ['M3 5h18v14H3z', 'M12 2.5v19', 'M6 9.5l-1.5 2.5L6 14.5', 'M18 9.5l1.5 2.5-1.5 2.5'],
    swap: ['M4 8.5h15', 'M15 4.5l4 4-4 4', 'M20 15.5H5', 'M9 11.5l-4 4 4 4'],
    moved: ['M3 4.5h9v8H3z', 'M12 17.5h9', 'M17.5 14l3.5 3.5-3.5 3.5', 'M7.5 12.5v5H12'],
    disk: ['M4 6c0-4 16-4 16 0v12c0 4-16 4-16 0z', 'M4 6c0 4 16 4 16 0', 'M4 12c0 4 16 4 16 0'],
};

export function icon(name, label) {
    const svg = document.createElementNS(SVG, 'svg');
    svg.setAttribute('viewBox', '0 0 24 24');
    svg.setAttribute('class', `icon icon-${name}`);
    if (label) {
        svg.setAttribute('role', 'img');
        svg.setAttribute('aria-label', label);
    } else {
        svg.setAttribute('aria-hidden', 'true');
    }
    for (const d of paths[name] ?? paths.more) {
        const path = document.createElementNS(SVG, 'path');
        path.setAttribute('d', d);
        svg.append(path);
    }
    return svg;
}

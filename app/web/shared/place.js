// SPDX-License-Identifier: MIT
// Where this page runs and who uses it: at a board or at head office's hub, for which site, signed in as whom.
import { store } from './dom.js';

export const place = { hub: false, site: '', board: '' };
export const user = store(null); // {user, name, role}

const MAY = {
    read: ['manager', 'supervisor', 'crew', 'office', 'viewer'],
    photo: ['manager', 'supervisor', 'crew', 'office'],
    shot: ['manager', 'supervisor', 'crew', 'office', 'installer'],
    draft: ['manager', 'supervisor', 'crew', 'office'],
    daylog: ['manager', 'office'],
    consent: ['manager', 'office'],
    plan: ['office'],
    inspect: ['supervisor', 'office'],
    measure: ['office', 'viewer'],
    stage: ['manager', 'office'],
    test: ['manager', 'supervisor', 'office'],
    raise: ['manager', 'supervisor', 'crew', 'office'],
    change: ['manager', 'office'],
    decide: ['office'],
    hazard: ['manager', 'supervisor', 'crew', 'office'],
    'hazard-assign': ['manager', 'supervisor', 'office'],
    'hazard-rectify': ['manager', 'supervisor', 'crew', 'office'],
    'hazard-verify': ['supervisor', 'office'],
    'hazard-reject': ['supervisor', 'office'],
};

// What is offered on the screen; the server decides on its own.
export const may = (what) => MAY[what].includes(user.get()?.role);

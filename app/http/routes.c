/* SPDX-License-Identifier: MIT */
/* All resources, one table each. */
#include "app/http/route.h"

extern const struct route route_session[];
extern const struct route route_live[];
extern const struct route route_status[];
extern const struct route route_site[];
extern const struct route route_daylog[];
extern const struct route route_card[];
extern const struct route route_photo[];
extern const struct route route_photo_get[];
extern const struct route route_stamped[];
extern const struct route route_camera[];
extern const struct route route_consent[];
extern const struct route route_alert[];
extern const struct route route_timelapse[];
extern const struct route route_timeline[];
extern const struct route route_request[];
extern const struct route route_control[];

const struct route *const route_tables[] = {
    route_session,   route_live,    route_status, route_site,      route_daylog, route_card,     route_photo,
    route_photo_get, route_stamped, route_camera, route_timelapse, route_alert,  route_timeline, route_request,
    route_control,   route_consent, NULL,
};

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
extern const struct route route_hazard[];
extern const struct route route_timelapse[];
extern const struct route route_timeline[];
extern const struct route route_request[];
extern const struct route route_hook[];
extern const struct route route_entry[];
extern const struct route route_inspection[];
extern const struct route route_company[];
extern const struct route route_report[];
extern const struct route route_stage[];
extern const struct route route_test[];
extern const struct route route_delay[];
extern const struct route route_decision[];
extern const struct route route_hold[];
extern const struct route route_change[];
extern const struct route route_material[];
extern const struct route route_question[];
extern const struct route route_callback[];
extern const struct route route_approval[];
extern const struct route route_measure[];
extern const struct route route_mine[];
extern const struct route route_control[];

const struct route *const route_tables[] = {
    route_session,   route_live,     route_status,   route_site,       route_daylog,  route_card,     route_photo,
    route_photo_get, route_stamped,  route_camera,   route_consent,    route_alert,   route_hazard,   route_timelapse,
    route_timeline,  route_request,  route_hook,     route_inspection, route_company, route_report,   route_stage,
    route_test,      route_delay,    route_decision, route_hold,       route_change,  route_material, route_question,
    route_callback,  route_approval, route_mine,     route_measure,    route_entry,   route_control,  NULL,
};

/* SPDX-License-Identifier: MIT */
/* Not compiled. */
#include "hal/camera.h"
#include "app/photo/jpeg.h"       /* plant: folder */
#include <linux/videodev2.h>      /* plant: third */
int trailing; /* plant: space */ 
	int tab; /* plant: space */

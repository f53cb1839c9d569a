// What a work group keeps from one phase for the next, SHARED vec4s. Software renderers
// load from shared memory lane by lane, component by component, so there it is a part of
// the maps' memory, behind the maps (MIDDLE_IN_MAPS), for each work group another.

#ifdef MIDDLE_IN_MAPS
#ifdef BY_TEXELS // the maps once more: GL lets no shader fetch texels that it stores
layout(binding = 2, IMAGE) coherent readonly uniform highp imageBuffer held;
#define HELD(i) imageLoad(held, (held0 >> 2) + (i))
#define NEXT_PHASE memoryBarrier(); barrier();
#else
#define HELD(i) load4(held0 + (i) * 4)
#define NEXT_PHASE memoryBarrierImage(); barrier();
#endif
int held0;
#define BEGIN_PHASES held0 = middle0 + int((gl_WorkGroupID.y * gl_NumWorkGroups.z + gl_WorkGroupID.z) * gl_NumWorkGroups.x + gl_WorkGroupID.x) * (SHARED * 4);
#define HOLD(i, v) put(held0 + (i) * 4, v)
#else
shared vec4 middle[SHARED];
#define BEGIN_PHASES
#define HOLD(i, v) middle[i] = v
#define HELD(i) middle[i]
#define NEXT_PHASE barrier();
#endif

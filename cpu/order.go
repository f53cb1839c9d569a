package cpu

import "github.com/shufflegl/shufflegl/network"

// goBack says of each kernel whether whoever does all of its tasks should begin with the last. Of a map
// that does not fit into a cache its end is there when it has been gone through, so the next
// step that goes through it does so from there.
func goBack(p *network.Plan, kernels []kernel) {
	forth := map[int32]int{} // 1 or -1: which way each plane's map was gone through last
	for i := range p.Steps {
		s := &p.Steps[i]
		views, way := viewsRead(s), 0
		if most := largest(views); most != nil {
			for _, plane := range most.Planes {
				way += forth[plane]
			}
		}
		k := &kernels[i]
		k.back = way > 0 && k.tasks > 1
		for _, r := range s.Results() {
			views = append(views, r.View)
		}
		for _, v := range views {
			for _, plane := range v.Planes {
				forth[plane] = 1
				if k.back {
					forth[plane] = -1
				}
			}
		}
	}
}

// largest is the view with the most pixels, nil if there is none.
func largest(views []*network.View) (most *network.View) {
	pixels := func(v *network.View) int { return len(v.Planes) * v.Height * v.Width }
	for _, v := range views {
		if most == nil || pixels(v) > pixels(most) {
			most = v
		}
	}
	return most
}

package kernels

import (
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/tensor"
)

// wholeUnit is the pointwise convolution that conv_fused.comp does before the depthwise one
// where the step is a whole unit.
type wholeUnit struct {
	first   *network.Prior
	shuffle network.ChannelShuffle // between the two
	groups  int                    // of the last convolution: a work group needs the channels of one
	across  int                    // vec4s of a row that a tile's windows need
	rows    int
	tiles   int // of channels, that a work group computes; pack counts them
}

// unitOf gives the unit of a step; nil if it has none.
func unitOf(s *network.Step) *wholeUnit {
	f := s.First
	if f.First == nil {
		return nil
	}
	win := f.Op.Normal()
	_, _, _, width := s.Inputs[0].NCHW()
	_, _, _, outWidth := s.Output.NCHW()
	u := &wholeUnit{first: f.First, shuffle: network.ChannelShuffle{Groups: f.Shuffle}, groups: s.Op.(network.Conv).G()}
	u.rows = (s.Tile.Rows-1)*win.Stride[0] + win.Kernel[0]
	u.across = ceilDiv(width, 4)
	if strips := ceilDiv(s.Tile.Columns, 4); 4*strips < outWidth {
		left := (win.Pads.Left + 3) / 4 * 4 // whole vec4s
		u.across = ceilDiv(left-win.Pads.Left+(4*strips-1)*win.Stride[1]+win.Kernel[1], 4)
	}
	return u
}

// vectors counts the shared memory for so many channels.
func (u *wholeUnit) vectors(channels int) int {
	if u == nil {
		return 0
	}
	return channels * u.rows * u.across
}

// macros are what the shader has compiled in of the unit.
func (u *wholeUnit) macros() []string {
	if u == nil {
		return nil
	}
	macros := []string{Macro("UNIT", u.across)}
	if a := u.first.Act; a.On() {
		macros = append(macros, Macro("EXPANDED", int(a.Fn)))
	}
	return macros
}

// count adds how often the loops of the first convolution run, of so many invocations.
func (u *wholeUnit) count(r Rounds, share float64) {
	if u == nil {
		return
	}
	r["expand"] = share * float64(u.tiles*u.rows*u.across)
	r["expanded"] = float64(u.first.Weights.Shape[1])
}

// shape is what makes units with the same input and output differ.
func (u *wholeUnit) shape() []string {
	if u == nil {
		return nil
	}
	return []string{Macro("expanded", u.first.Weights.Shape[0]), Macro("from", u.first.Op.G()), Macro("shuffle", u.shuffle.Groups)}
}

// pack sorts, for each group of the last convolution, the channels that it needs by the
// group of the first convolution that they are of, and lays out tiles of v's channels.
// weights are those so far. It gives the parameters, and all weights.
func (u *wholeUnit) pack(t *Tables, v Variant, weights []float32) (Params, []float32) {
	first := u.first
	groups, channels, inputs := first.Op.G(), first.Weights.Shape[0], first.Weights.Shape[1]
	each := channels / u.groups
	type tile struct {
		group    int
		channels []int // of the last convolution's group
	}
	all, count := make([][]tile, u.groups), 0
	for g := range all {
		for r := range groups {
			var of []int
			for i := range each {
				if u.shuffle.Source(g*each+i, channels)/(channels/groups) == r {
					of = append(of, i)
				}
			}
			for ; len(of) > 0; of = of[min(v.Channels, len(of)):] {
				all[g] = append(all[g], tile{r, of[:min(v.Channels, len(of))]})
			}
		}
		count = max(count, len(all[g]))
	}
	u.tiles = count
	var table []int32
	packed := tensor.New(u.groups*count*v.Channels, inputs, 1, 1)
	biases := tensor.New(u.groups * count * v.Channels)
	for g, tiles := range all {
		for k := range count {
			if k >= len(tiles) {
				tiles = append(tiles, tile{})
			}
			table = append(table, int32(tiles[k].group))
			for o := range v.Channels {
				if o >= len(tiles[k].channels) {
					table = append(table, -1)
					continue
				}
				i := tiles[k].channels[o]
				from, to := u.shuffle.Source(g*each+i, channels), (g*count+k)*v.Channels+o
				table = append(table, int32(i))
				copy(packed.Data[to*inputs:(to+1)*inputs], first.Weights.Data[from*inputs:])
				if first.Bias != nil {
					biases.Data[to] = first.Bias.Data[from]
				}
			}
		}
	}
	tiles := packTiles(&network.Step{Weights: packed, Bias: biases}, 1, inputs, 1, v)
	weights = Padded(weights, WeightAlign)
	var p Params
	p.Ints(groups, inputs, count, tiles.size, len(weights)/4, t.add(table))
	p = append(p, bits(first.Act.A), bits(first.Act.B))
	return p, append(weights, tiles.packed...)
}

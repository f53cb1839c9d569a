package network_test

import "testing"

func TestFuseActivation(t *testing.T) {
	checkRewritings(t, []rewriting{
		{"into every operator that stores", `
			x = input 1x4x6x6
			a = conv 4 : x
			b = relu : a
			c = maxpool k3 s2 : b
			d = relu6 : c
			e = add : d d
			f = clip -1 1 : e
			g = gap : f
			h = relu : g
			i = reshape 1x4 : h
			j = fc 3 : i
			y = relu : j
			out y`, `
			b = conv 4 relu : x
			d = maxpool k3 s2 relu6 : b
			f = add clip[-1,1] : d d
			h = gap relu : f
			i = reshape 1x4 : h
			y = fc 3 relu : i`},
		{"two in one", `
			x = input 1x4x6x6
			a = conv 4 : x
			b = relu : a
			c = relu6 : b
			y = clip -1 2 : c
			out y`, `
			y = conv 4 clip[0,2] : x`},
		{"of an input: into each other", `
			x = input 5
			a = relu : x
			y = clip -1 2 : a
			out y`, `
			y = relu clip[-1,2] : x`},
		{"through a shuffle", `
			x = input 1x4x3x3
			c = conv 6 : x
			s = shuffle g2 : c
			y = relu : s
			out y`, `
			c = conv 6 relu ~relu : x
			y = shuffle g2 : c`},
		{"through reshape and transpose", `
			x = input 1x4x3x3
			c = conv 6 : x
			r = reshape 1x2x27 : c
			p = transpose 0,2,1 : r
			y = relu6 : p
			out y`, `
			c = conv 6 relu6 ~relu6 : x
			r = reshape 1x2x27 ~relu6 : c
			y = transpose 0,2,1 : r`},
		{"through a concatenation", `
			x = input 1x4x3x3
			a = conv 2 : x
			b = maxpool k3 : x
			c = concat : a b
			y = relu : c
			out y`, `
			a = conv 2 relu ~relu : x
			b = maxpool k3 relu ~relu : x
			y = concat : a b`},
		{"through a concatenation of an activated part", `
			x = input 1x4x3x3
			a = conv 2 : x
			r = relu : a
			b = conv 3 : x
			c = concat : r b
			y = clip -1 1 : c
			out y`, `
			r = conv 2 clip[0,1] ~clip[-1,1] : x
			b = conv 3 clip[-1,1] ~clip[-1,1] : x
			y = concat : r b`},
		{"through a concatenation into an addition that is fused itself", `
			x = input 1x4x3x3
			a = conv 4 : x
			s = add : a x
			b = conv 2 : x
			c = concat : s b
			y = relu : c
			out y`, `
			s = conv 4 +x relu ~relu : x
			b = conv 2 relu ~relu : x
			y = concat : s b`},
		{"not through a concatenation of one part twice", `
			x = input 1x4x3x3
			a = conv 2 : x
			c = concat : a a
			y = relu : c
			out y`, unchanged},
		{"not where a part is read elsewhere", `
			x = input 1x4x3x3
			a = conv 2 : x
			b = conv 2 : x
			c = concat : a b
			y = relu : c
			z = softmax : a
			out y z`, unchanged},
		{"not where a part is an input", `
			x = input 1x4x3x3
			a = conv 2 : x
			c = concat : a x
			y = relu : c
			out y`, unchanged},
		{"not where another reads the operand", `
			x = input 1x4x3x3
			c = conv 4 : x
			y = relu : c
			z = softmax : c
			out y z`, unchanged},
		{"not into an output", `
			x = input 1x4x3x3
			c = conv 4 : x
			y = relu : c
			out c y`, unchanged},
		{"not through an output", `
			x = input 1x4x3x3
			c = conv 4 : x
			s = shuffle g2 : c
			y = relu : s
			out s y`, unchanged},
		{"into softmax", `
			x = input 1x4x3x3
			c = softmax : x
			y = relu : c
			out y`, `
			y = softmax relu : x`},
		{"not through a part of a split", `
			x = input 1x4x3x3
			c = conv 4 : x
			s = split 2,2 : c
			y = relu : s.0
			out y`, unchanged},
		{"not through a slice", `
			x = input 1x4x3x3
			c = conv 4 : x
			s = slice 0:2:1 : c
			y = relu : s
			out y`, unchanged},
		{"off", `
			x = input 1x4x3x3
			c = conv 4 : x
			y = off : c
			out y`, `
			y = conv 4 : x`},
	})
}

func TestFuseAddition(t *testing.T) {
	checkRewritings(t, []rewriting{
		{"second operand", `
			x = input 1x4x3x3
			c = conv 4 : x
			s = add : x c
			y = relu : s
			out y`, `
			y = conv 4 +x relu : x`},
		{"first operand", `
			x = input 1x4x3x3
			c = conv 4 : x
			s = add : c x
			y = relu : s
			out y`, `
			y = conv 4 +x relu : x`},
		{"first operand, made before the second", `
			x = input 1x4x3x3
			c = conv 4 : x
			d = softmax : x
			y = add : c d
			out y`, `
			d = softmax : x
			y = conv 4 +d : x`},
		{"of two convolutions, the later", `
			x = input 1x4x3x3
			c = conv 4 : x
			d = conv 4 k3 bias : x
			y = add : c d
			out y`, `
			c = conv 4 : x
			y = conv 4 k3 bias +c : x`},
		{"of a convolution and a pool, the convolution", `
			x = input 1x4x3x3
			c = conv 4 : x
			d = maxpool k3 : x
			y = add : c d
			out y`, `
			d = maxpool k3 : x
			y = conv 4 +d : x`},
		{"of a pool and an input, the pool", `
			x = input 1x4x3x3
			d = avgpool k3 : x
			y = add : d x
			out y`, `
			y = avgpool k3 +x : x`},
		{"of global pools", `
			x = input 1x4x3x3
			a = gap : x
			b = gap : x
			y = add : a b
			out y`, `
			a = gap : x
			y = gap +a : x`},
		{"into fully connected, without bias", `
			x = input 2x4
			c = fc 4 : x
			y = add : x c
			out y`, `
			y = fc 4 +x : x`},
		{"of a constant", `
			x = input 1x4x3x3
			k = const 1x4x3x3
			c = conv 4 : x
			y = add : k c
			out y`, `
			y = conv 4 +k : x`},
		{"and the batch normalisation before it", `
			x = input 1x4x3x3
			c = conv 4 : x
			n = norm : c
			s = add : x n
			y = relu : s
			out y`, `
			y = conv 4 bias +x relu : x`},
		{"one of two", `
			x = input 1x4x3x3
			c = conv 4 : x
			s = add : c x
			y = add : s x
			out y`, `
			s = conv 4 +x : x
			y = add : s x`},
		{"not of a value with itself", `
			x = input 1x4x3x3
			c = conv 4 : x
			y = add : c c
			out y`, unchanged},
		{"not where another reads the convolution", `
			x = input 1x4x3x3
			c = conv 4 : x
			y = add : c x
			z = softmax : c
			out y z`, unchanged},
		{"not into an output", `
			x = input 1x4x3x3
			c = conv 4 : x
			y = add : c x
			out y c`, unchanged},
		{"not into a convolution that is activated already", `
			x = input 1x4x3x3
			c = conv 4 : x
			r = relu : c
			y = add : r x
			out y`, `
			r = conv 4 relu : x
			y = add : r x`},
		{"not through a shuffle", `
			x = input 1x4x3x3
			c = conv 4 : x
			s = shuffle g2 : c
			y = add : s x
			out y`, unchanged},
		{"not into softmax", `
			x = input 1x4x3x3
			c = softmax : x
			y = add : c x
			out y`, unchanged},
	})
}

package gpu

// Like has a device use the defaults of another renderer.
func (o Options) Like(renderer string) Options {
	o.like = renderer
	return o
}

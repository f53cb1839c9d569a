package network

// stepBytes counts what a launch reads and writes: every operand once.
func stepBytes(s Step) int64 {
	bytes := s.Output.Bytes()
	read := func(v View) {
		bytes += v.Bytes()
		if _, _, even := v.Even(); !even {
			bytes += 4 * int64(len(v.Planes)) // the index table
		}
	}
	for _, v := range s.Inputs {
		read(v)
	}
	if s.Residual != nil {
		read(*s.Residual)
	}
	if b := s.Beside; b != nil {
		read(b.Input)
		bytes += b.Output.Bytes()
	}
	if s.Weights != nil {
		bytes += 4 * int64(len(s.Weights.Data))
	}
	if s.First != nil {
		bytes += s.First.bytes()
	}
	if s.Bias != nil {
		bytes += 4 * int64(len(s.Bias.Data))
	}
	return bytes
}

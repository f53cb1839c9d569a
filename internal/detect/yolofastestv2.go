package detect

import (
	"fmt"
	"slices"
)

// yoloFastestV2 decodes YOLO-FastestV2 (github.com/dog-qiuqiu/Yolo-FastestV2) in
// the form of its exports: two tensors 1×rows×columns×(3·4+3+classes), of strides
// 16 and 32, whose sigmoids and softmax the network has done. A cell has three
// boxes, their three objectness scores, and one distribution over the classes,
// which the three share.
func yoloFastestV2() Decoder {
	return Decoder{
		Name: "yolo-fastestv2", Source: "github.com/dog-qiuqiu/Yolo-FastestV2", Preset: "yolo-fastest",
		Score: 0.3, Overlap: 0.4, Labels: coco(),
		decode: decodeYOLOFastestV2,
	}
}

// yoloAnchors are the widths and heights of data/coco.data, three a stride, for
// an input of 352 pixels.
var yoloAnchors = [2][3][2]float64{
	{{12.64, 19.39}, {37.88, 51.48}, {55.71, 138.31}},
	{{126.91, 78.23}, {131.57, 214.55}, {279.92, 258.87}},
}

func decodeYOLOFastestV2(outs []Output, width, height int, least float64) ([]Box, error) {
	if len(outs) != 2 {
		return nil, fmt.Errorf("%d outputs, 2 are wanted: %w", len(outs), ErrOutputs)
	}
	const anchors = 3
	var boxes []Box
	for level, stride := range []int{16, 32} {
		columns, rows := width/stride, height/stride
		i := slices.IndexFunc(outs, func(o Output) bool {
			s := o.Shape
			return len(s) == 4 && s[0] == 1 && s[1] == rows && s[2] == columns && s[3] > 5*anchors
		})
		if i < 0 {
			return nil, fmt.Errorf("no 1x%dx%dx(%d+classes) for stride %d: %w", rows, columns, 5*anchors, stride, ErrOutputs)
		}
		values := outs[i].Shape[3]
		for cell := range rows * columns {
			v := outs[i].Data[cell*values:][:values]
			class, p := best(v[5*anchors:])
			for a := range anchors {
				score := p * float64(v[4*anchors+a])
				if !(score >= least) {
					continue
				}
				of := func(k int) float64 { return 2 * float64(v[4*a+k]) }
				x := (of(0) - 0.5 + float64(cell%columns)) * float64(stride)
				y := (of(1) - 0.5 + float64(cell/columns)) * float64(stride)
				w := of(2) * of(2) * yoloAnchors[level][a][0] / 2
				h := of(3) * of(3) * yoloAnchors[level][a][1] / 2
				boxes = append(boxes, Box{class, score, x - w, y - h, x + w, y + h})
			}
		}
	}
	return boxes, nil
}

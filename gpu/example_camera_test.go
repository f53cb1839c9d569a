package gpu_test

import (
	"fmt"
	"image"
	"log"

	"github.com/shufflegl/shufflegl/cpu"
	"github.com/shufflegl/shufflegl/gpu"
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/network/zoo"
	"github.com/shufflegl/shufflegl/tensor"
)

// The scores of each frame of a camera, one frame behind: while the GPU computes a
// frame, the program looks at what came of the last and reads the next.
func Example_camera() {
	var backend network.Backend
	backend, err := gpu.Open(gpu.Options{})
	if err != nil {
		log.Print(err, "; the CPU is used")
		backend = cpu.New(cpu.Options{})
	}
	net, err := zoo.Build("shufflenet_v1_g3_0.25x", zoo.Options{})
	if err != nil {
		log.Fatal(err)
	}
	session, err := network.Compile(backend, net)
	if err != nil {
		log.Fatal(err)
	}
	defer session.Close()

	preset, err := tensor.Preset("imagenet") // how the network wants its photos
	if err != nil {
		log.Fatal(err)
	}
	photos, err := session.Photos(preset)
	if err != nil {
		log.Fatal(err)
	}
	frames := [2]*network.Frame{session.NewFrame(), session.NewFrame()}
	for i := range 4 {
		picture := camera(i) // an *image.YCbCr, an *image.RGBA, ...
		if err := photos.Submit(frames[i%2], picture); err != nil {
			log.Fatal(err)
		}
		if i == 0 {
			continue
		}
		scores, err := frames[(i-1)%2].Wait()
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println("frame", i-1, scores[0].Shape)
	}
	// Output:
	// frame 0 1x1000
	// frame 1 1x1000
	// frame 2 1x1000
}

// camera stands for one that gives 1280x720 pixels as most do.
func camera(i int) *image.YCbCr {
	img := image.NewYCbCr(image.Rect(0, 0, 1280, 720), image.YCbCrSubsampleRatio420)
	for j := range img.Y {
		img.Y[j] = uint8(j*i ^ j>>8)
	}
	return img
}

// Scores that stay on the GPU are read by a shader of the program's own, in Do.
func ExampleOutputs() {
	device, err := gpu.Open(gpu.Options{})
	if err != nil {
		log.Print(err)
		fmt.Println("1000 scores, 16 bytes apart") // as it would be
		return
	}
	defer device.Close()
	net, err := zoo.Build("shufflenet_v1_g3_0.25x", zoo.Options{Height: 32, Width: 32})
	if err != nil {
		log.Fatal(err)
	}
	session, err := network.Compile(device, net)
	if err != nil {
		log.Fatal(err)
	}
	defer session.Close()
	left := []*tensor.Tensor{network.OnDevice}
	if err := session.RunInto(left, []*tensor.Tensor{tensor.New(1, 3, 32, 32)}); err != nil {
		log.Fatal(err)
	}
	outputs, err := gpu.Outputs(session)
	if err != nil {
		log.Fatal(err)
	}
	scores := outputs[0].View
	err = device.Do(func() error {
		// With github.com/go-gl/gl/v3.1/gles2, or any other binding:
		//	gles2.BindBufferBase(gles2.SHADER_STORAGE_BUFFER, 0, outputs[0].Buffer)
		//	gles2.UseProgram(mine)
		//	gles2.DispatchCompute(1, 1, 1)
		return nil
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(scores.Planes), "scores,", 4*(scores.Planes[1]-scores.Planes[0]), "bytes apart")
	// Output: 1000 scores, 16 bytes apart
}

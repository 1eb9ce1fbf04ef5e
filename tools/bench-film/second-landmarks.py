"""Opening of the mouth by the 68 landmarks of dlib (trained on iBUG 300-W), which has no part in making films.

Reads pictures from standard input: one line "WIDTH HEIGHT", then 8-bit grey pictures of that size without end. Writes a line for each:
the mean distance of three pairs of the inner lips over the distance of the outer corners of the eyes, or "null" without a face.
Needs: pip install dlib-bin face-recognition-models numpy
"""

import importlib.util
import os
import sys

import dlib
import numpy

MODEL = "models/shape_predictor_68_face_landmarks.dat"
PAIRS = ((61, 67), (62, 66), (63, 65))
EYES = (36, 45)
# The landmarks move with the box in which they are looked for: the mean over some boxes does so less.
SHIFTS = ((0, 0), (0.03, 0), (-0.03, 0), (0, 0.03), (0, -0.03))
# Of the picture in which the face is looked for, and of the face in which the landmarks are.
SIDE = 420
FACE = 500
# Pictures between two searches for the face.
SEARCH_EVERY = 10


def distance(shape, one, other):
    a, b = shape.part(one), shape.part(other)
    return ((a.x - b.x) ** 2 + (a.y - b.y) ** 2) ** 0.5


class Instrument:
    def __init__(self):
        folder = importlib.util.find_spec("face_recognition_models").submodule_search_locations[0]
        self.predict = dlib.shape_predictor(os.path.join(folder, MODEL))
        self.detect = dlib.get_frontal_face_detector()
        self.box = None
        self.index = 0

    def search(self, grey):
        """The largest face, looked for in a smaller picture."""
        step = max(1, round(max(grey.shape) / SIDE))
        small = numpy.ascontiguousarray(grey[::step, ::step])
        # Faces below 80 pixels are seen only in an enlarged picture, which takes longer.
        boxes = self.detect(small, 0) or self.detect(small, 1)
        if not boxes:
            return None
        best = max(boxes, key=lambda box: box.area())
        return dlib.rectangle(*(v * step for v in (best.left(), best.top(), best.right(), best.bottom())))

    def aperture(self, grey):
        if self.box is None or self.index % SEARCH_EVERY == 0:
            self.box = self.search(grey) or self.box
        self.index += 1
        if self.box is None:
            return None
        # Landmarks are whole pixels: the face is enlarged.
        side = self.box.width()
        left, top = max(0, self.box.left() - side // 4), max(0, self.box.top() - side // 4)
        part = grey[top : self.box.bottom() + side // 4, left : self.box.right() + side // 4]
        scale = FACE / side
        large = dlib.resize_image(numpy.ascontiguousarray(part), round(part.shape[0] * scale), round(part.shape[1] * scale))
        ratios = []
        for right, down in SHIFTS:
            x, y = (self.box.left() - left + right * side) * scale, (self.box.top() - top + down * side) * scale
            shape = self.predict(large, dlib.rectangle(*(int(v) for v in (x, y, x + FACE, y + FACE))))
            ratios.append(sum(distance(shape, *pair) for pair in PAIRS) / 3 / max(1, distance(shape, *EYES)))
        return float(numpy.mean(ratios))


def main():
    source = sys.stdin.buffer
    width, height = (int(value) for value in source.readline().split())
    instrument = Instrument()
    while True:
        data = source.read(width * height)
        if len(data) < width * height:
            return
        value = instrument.aperture(numpy.frombuffer(data, numpy.uint8).reshape(height, width))
        print("null" if value is None else f"{value:.5f}", flush=True)


main()
